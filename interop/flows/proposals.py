"""What a client is answered when it proposes states by hand, legal and not."""

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.states import Cancelling, Completed, Failed, Paused, Pending, Running, Scheduled


@flow
def by_hand():
    return 1


if __name__ == "__main__":
    from prefect import get_run_logger  # noqa: F401

    with get_client(sync_client=True) as client:
        steps = {
            "straight": [Pending(), Running(), Completed()],
            "terminal to running": [Running(), Failed(message="x"), Running(), Completed(name="Second")],
            "terminal to cancelling": [Running(), Completed(), Cancelling()],
            "pending twice": [Pending(), Pending(name="Submitting"), Pending(), Running(), Pending()],
            "cancelling": [Running(), Cancelling(), Completed(), Running()],
            "scheduled": [Scheduled(), Pending(), Running(), Scheduled()],
            "paused": [Paused(timeout_seconds=30), Running(), Paused(timeout_seconds=30), Running(), Completed()],
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
                        "details": answer.details.model_dump(mode="json"),
                    }
                )
            forced = client.set_flow_run_state(run.id, Completed(name="Forced"), force=True)
            answers.append({"case": name, "forced": forced.status.value})
        import json

        print(json.dumps(answers))
