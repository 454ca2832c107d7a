import { Button } from '../../components/ui/index.ts'

/** Lets in what waits because the pointer is among the rows; floats above them, so that it moves nothing itself. */
export function NewRows({ waiting, onShow }: { waiting: number; onShow(): void }) {
  return (
    <div role="status" className="sticky top-(--bar) z-2 flex h-0 justify-center">
      {waiting > 0 ? (
        <Button icon="arrowUp" className="mt-2 rounded-full! bg-raised! shadow-float" onClick={onShow}>
          {waiting} new
        </Button>
      ) : null}
    </div>
  )
}
