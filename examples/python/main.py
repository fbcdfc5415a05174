"""A framework in Python: see examples/README.md for what it does. Run it with examples/python/run."""
import base64
import os
import threading

import grpc
from holdfast.v1 import framework_pb2, offer_pb2, resource_pb2, scheduler_service_pb2 as api, scheduler_service_pb2_grpc
from holdfast.v1 import refusal_pb2, scheduler_call_pb2, scheduler_event_pb2, task_pb2, value_pb2, volume_pb2

ROLE, SIZE_MB, TASKS = "eng", 256, ("writer", "reader")
Event, Operation, Resource = scheduler_event_pb2.Event, offer_pb2.Offer.Operation, resource_pb2.Resource
Capability = framework_pb2.FrameworkInfo.Capability


class Scheduler:
    """One subscription. A thread reads its events; `find_offer` and `wait_for_task` wait for what they bring."""

    def __init__(self, address, framework):
        self.stub = scheduler_service_pb2_grpc.SchedulerServiceStub(grpc.insecure_channel(address))
        self.auth = authorization()
        self.changed, self.offers, self.states, self.ended = threading.Condition(), {}, {}, None
        self.events = self.stub.Subscribe(api.SubscribeRequest(framework_info=framework), metadata=self.auth)
        # Every later call shows the stream id that the subscription handed out.
        stream_id = dict(self.events.initial_metadata())["holdfast-stream-id"]
        self.metadata = [("holdfast-stream-id", stream_id), *self.auth]
        self.framework_id = next(self.events).subscribed.framework_id
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        reason = "the master ended the stream"
        try:
            for event in self.events:
                self.hear(event)
        except grpc.RpcError as error:
            reason = error.details()
        with self.changed:
            self.ended = reason
            self.changed.notify_all()

    def hear(self, event):
        with self.changed:
            if event.type == Event.OFFERS:
                self.offers.update({offer.id.value: offer for offer in event.offers.offers})
            elif event.type == Event.RESCIND:
                self.offers.pop(event.rescind.offer_id.value, None)
            elif event.type == Event.UPDATE:
                status = event.update.status
                self.states[status.task_id.value] = task_pb2.TaskState.Name(status.state)
                print(f"  {status.task_id.value} is {self.states[status.task_id.value]}", flush=True)
            self.changed.notify_all()
        if event.type == Event.UPDATE and status.uuid:
            self.call("Acknowledge", api.AcknowledgeRequest(agent_id=status.agent_id, task_id=status.task_id, uuid=status.uuid))

    def call(self, name, request):
        request.framework_id.CopyFrom(self.framework_id)
        return getattr(self.stub, name)(request, metadata=self.metadata, timeout=10)

    def wait(self, look):
        with self.changed:
            self.changed.wait_for(lambda: self.ended or look() is not None)
            if self.ended:
                raise SystemExit(self.ended)
            return look()

    def find_offer(self, fits):
        return self.wait(lambda: next((offer for offer in self.offers.values() if any(map(fits, offer.resources))), None))

    def wait_for_task(self, task_id, state):
        self.wait(lambda: self.states.get(task_id) == state or None)

    def accept(self, offer, *operations):
        self.offers.pop(offer.id.value)
        request = api.AcceptRequest(offer_ids=[offer.id], operations=operations)
        request.filters.refuse_seconds = 0
        return self.call("Accept", request).results


def authorization():
    """Credentials, where the master asks for them."""
    principal, secret = os.environ.get("HOLDFAST_PRINCIPAL"), os.environ.get("HOLDFAST_SECRET", "")
    return [("authorization", "Basic " + base64.b64encode(f"{principal}:{secret}".encode()).decode())] if principal else []


def scalar(name, value):
    return Resource(name=name, type=value_pb2.Value.SCALAR, scalar=value_pb2.Value.Scalar(value=value))


def reserved_disk():
    disk = scalar("disk", SIZE_MB)
    disk.reservations.add(type=Resource.ReservationInfo.DYNAMIC, role=ROLE)
    return disk


def volume():
    disk = reserved_disk()
    disk.disk.persistence.id = "example"
    disk.disk.volume.container_path, disk.disk.volume.mode = "example", volume_pb2.Volume.RW
    disk.shared.SetInParent()
    return disk


def task(agent_id, task_id, command):
    info = task_pb2.TaskInfo(name=task_id, agent_id=agent_id, resources=[scalar("cpus", 0.2), scalar("mem", 64), volume()])
    info.task_id.value, info.command.value = task_id, command
    return info


def require_applied(results):
    refused = [one.refusal for result in results for one in (result, *result.tasks) if one.HasField("refusal")]
    if refused:
        raise SystemExit(f"{refused[0].code}: {refused[0].message}")


def main():
    capabilities = [Capability(type=type) for type in (Capability.SHARED_RESOURCES, Capability.MULTI_ROLE, Capability.RESERVATION_REFINEMENT)]
    framework = framework_pb2.FrameworkInfo(name="python-example", user="root", roles=[ROLE], capabilities=capabilities)
    scheduler = Scheduler(os.environ.get("HOLDFAST_MASTER", "127.0.0.1:7050"), framework)
    print(f"Subscribed as framework {scheduler.framework_id.value}.", flush=True)

    offer = scheduler.find_offer(lambda part: part.name == "disk" and not part.reservations and part.scalar.value >= SIZE_MB)
    hold = "echo line >> example/lines.txt; sleep 600"
    launch = Operation(type=Operation.LAUNCH)
    launch.launch.task_infos.extend(task(offer.agent_id, task_id, hold) for task_id in TASKS)
    reserve = Operation(type=Operation.RESERVE, reserve=Operation.Reserve(resources=[reserved_disk()]))
    create = Operation(type=Operation.CREATE, create=Operation.Create(volumes=[volume()]))
    require_applied(scheduler.accept(offer, reserve, create, launch))
    print(f'Reserved {SIZE_MB} MB, created the shared volume "example" and launched two tasks on it, in one ACCEPT.', flush=True)
    for task_id in TASKS:
        scheduler.wait_for_task(task_id, "TASK_RUNNING")

    # The volume is offered although it is in use; that does not mean that it may be destroyed.
    destroy = Operation(type=Operation.DESTROY, destroy=Operation.Destroy(volumes=[volume()]))
    is_volume = lambda part: part.disk.persistence.id == "example"
    [refused] = scheduler.accept(scheduler.find_offer(is_volume), destroy)
    print(f"DESTROY while in use: refused ({refused.refusal.code}): {refused.refusal.message}", flush=True)

    for task_id in TASKS:
        scheduler.call("Kill", api.KillRequest(task_id={"value": task_id}))
        scheduler.wait_for_task(task_id, "TASK_KILLED")
    require_applied(scheduler.accept(scheduler.find_offer(is_volume), destroy))
    print("DESTROY when nobody holds it: applied.", flush=True)

    leftover = scheduler.find_offer(lambda part: part.name == "disk" and part.reservations and not part.HasField("disk"))
    require_applied(scheduler.accept(leftover, Operation(type=Operation.UNRESERVE, unreserve=Operation.Unreserve(resources=[reserved_disk()]))))
    print(f"Unreserved the {SIZE_MB} MB. Done.", flush=True)
    scheduler.call("Teardown", api.TeardownRequest())


main()
