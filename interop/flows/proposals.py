"""What a client is answered when it proposes states by hand, legal and not."""

import datetime

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.states import Cancelling, Completed, Failed, Paused, Pending, Running, Scheduled


EARLIER = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
LATER = datetime.datetime(2124, 1, 1, tzinfo=datetime.timezone.utc)


@flow
def by_hand():
    return 1


if __name__ == "__main__":
    with get_client(sync_client=True) as client:
        steps = {
            "straight": [Pending(), Running(), Completed()],
            "terminal to running": [Running(), Failed(message="x"), Running(), Completed(name="Second")],
            "terminal to cancelling": [Running(), Completed(), Cancelling()],
            "pending twice": [Pending(), Pending(name="Submitting"), Pending(), Running(), Pending()],
            "cancelling": [Running(), Cancelling(), Completed(), Running()],
            "scheduled": [Scheduled(scheduled_time=EARLIER), Pending(), Running(), Scheduled(scheduled_time=EARLIER)],
            "paused": [Paused(pause_expiration_time=LATER), Running(), Paused(pause_expiration_time=LATER), Running()],
        }
        answers = []
        for name, proposals in steps.items():
            run = client.create_flow_run(by_hand, name=name, tags=["by hand"])
            for state in proposals:
                answer = client.set_flow_run_state(run.id, state)
                answers.append(
                    {
                        "case": name,
                        "proposed": state.name,
                        "status": answer.status.value,
                        "state": answer.state and [answer.state.type.value, answer.state.name],
                        # The words of a reason are each server's own.
                        "details": answer.details.type,
                    }
                )
            forced = client.set_flow_run_state(run.id, Completed(name="Forced"), force=True)
            answers.append({"case": name, "forced": forced.status.value})
        import json

        print(json.dumps(answers))
