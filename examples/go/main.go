// A framework in Go: see examples/README.md for what it does. Run it with examples/go/run.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	api "holdfast.dev/v1"
)

const (
	framework = `name: "go-example" user: "root" roles: "eng"
		capabilities { type: SHARED_RESOURCES } capabilities { type: MULTI_ROLE } capabilities { type: RESERVATION_REFINEMENT }`
	reservedDisk = `name: "disk" type: SCALAR scalar { value: 256 } reservations { type: DYNAMIC role: "eng" }`
	// The disk above made persistent, and shared: several tasks may hold it at once.
	volume = reservedDisk + ` disk { persistence { id: "example" } volume { container_path: "example" mode: RW } } shared {}`
	task   = `name: %[1]q task_id { value: %[1]q } agent_id { value: %[2]q }
		command { value: "echo line >> example/lines.txt; sleep 600" }
		resources { name: "cpus" type: SCALAR scalar { value: 0.2 } } resources { name: "mem" type: SCALAR scalar { value: 64 } }
		resources { ` + volume + ` }`
)

// operation reads protobuf's text form, the shortest way to write a message down.
func operation(format string, values ...interface{}) *api.Offer_Operation {
	operation := &api.Offer_Operation{}
	must(0, prototext.Unmarshal([]byte(fmt.Sprintf(format, values...)), operation))
	return operation
}

type scheduler struct {
	stub        api.SchedulerServiceClient
	events      api.SchedulerService_SubscribeClient
	context     context.Context
	frameworkId *api.FrameworkID
	offers      map[string]*api.Offer
	states      map[string]api.TaskState
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func subscribe(address string) *scheduler {
	ctx := context.Background()
	stub := api.NewSchedulerServiceClient(must(grpc.Dial(address, grpc.WithInsecure())))
	request := &api.SubscribeRequest{FrameworkInfo: &api.FrameworkInfo{}}
	must(0, prototext.Unmarshal([]byte(framework), request.FrameworkInfo))
	events := must(stub.Subscribe(ctx, request))
	// Every later call shows the stream id that the subscription handed out.
	ctx = metadata.AppendToOutgoingContext(ctx, "holdfast-stream-id", must(events.Header()).Get("holdfast-stream-id")[0])
	subscribed := must(events.Recv()).GetSubscribed()
	return &scheduler{stub, events, ctx, subscribed.FrameworkId, map[string]*api.Offer{}, map[string]api.TaskState{}}
}

// hear takes events until one of them makes done true.
func (s *scheduler) hear(done func() bool) {
	for !done() {
		event := must(s.events.Recv())
		switch event.GetType() {
		case api.Event_OFFERS:
			for _, offer := range event.GetOffers().Offers {
				s.offers[offer.Id.GetValue()] = offer
			}
		case api.Event_RESCIND:
			delete(s.offers, event.GetRescind().OfferId.GetValue())
		case api.Event_UPDATE:
			status := event.GetUpdate().Status
			s.states[status.TaskId.GetValue()] = status.GetState()
			fmt.Printf("  %s is %s\n", status.TaskId.GetValue(), status.GetState())
			ack := &api.AcknowledgeRequest{FrameworkId: s.frameworkId, AgentId: status.AgentId, TaskId: status.TaskId, Uuid: status.Uuid}
			if status.Uuid != nil {
				must(s.stub.Acknowledge(s.context, ack))
			}
		}
	}
}

func (s *scheduler) findOffer(fits func(*api.Resource) bool) (found *api.Offer) {
	s.hear(func() bool {
		for _, offer := range s.offers {
			for _, resource := range offer.Resources {
				if fits(resource) {
					found = offer
				}
			}
		}
		return found != nil
	})
	return found
}

// accept answers an offer; the error is the first refusal of an operation or task.
func (s *scheduler) accept(offer *api.Offer, operations ...*api.Offer_Operation) error {
	delete(s.offers, offer.Id.GetValue())
	filters := &api.Filters{RefuseSeconds: proto.Float64(0)}
	request := &api.AcceptRequest{FrameworkId: s.frameworkId, OfferIds: []*api.OfferID{offer.Id}, Operations: operations, Filters: filters}
	for _, result := range must(s.stub.Accept(s.context, request)).Results {
		for _, one := range append(result.Tasks, &api.TaskResult{Refusal: result.Refusal}) {
			if one.Refusal != nil {
				return fmt.Errorf("(%s): %s", one.Refusal.GetCode(), one.Refusal.GetMessage())
			}
		}
	}
	return nil
}

func isPlain(r *api.Resource) bool    { return r.GetName() == "disk" && r.Reservations == nil }
func isReserved(r *api.Resource) bool { return r.Reservations != nil && r.Disk == nil }
func isVolume(r *api.Resource) bool   { return r.GetDisk().GetPersistence().GetId() == "example" }

func main() {
	s := subscribe(os.Getenv("HOLDFAST_MASTER"))
	fmt.Printf("Subscribed as framework %s.\n", s.frameworkId.GetValue())
	offer := s.findOffer(isPlain)
	agentId, tasks := offer.AgentId.GetValue(), []string{"writer", "reader"}
	must(0, s.accept(offer,
		operation("type: RESERVE reserve { resources { %s } }", reservedDisk),
		operation("type: CREATE create { volumes { %s } }", volume),
		operation("type: LAUNCH launch { task_infos { %s } task_infos { %s } }",
			fmt.Sprintf(task, tasks[0], agentId), fmt.Sprintf(task, tasks[1], agentId))))
	fmt.Println(`Reserved 256 MB, created the shared volume "example" and launched two tasks on it, in one ACCEPT.`)
	for _, id := range tasks {
		s.hear(func() bool { return s.states[id] == api.TaskState_TASK_RUNNING })
	}

	// The volume is offered although it is in use; that does not mean that it may be destroyed.
	destroy := operation("type: DESTROY destroy { volumes { %s } }", volume)
	fmt.Println("DESTROY while in use: refused", s.accept(s.findOffer(isVolume), destroy))
	for _, id := range tasks {
		must(s.stub.Kill(s.context, &api.KillRequest{FrameworkId: s.frameworkId, TaskId: &api.TaskID{Value: proto.String(id)}}))
		s.hear(func() bool { return s.states[id] == api.TaskState_TASK_KILLED })
	}
	must(0, s.accept(s.findOffer(isVolume), destroy))
	fmt.Println("DESTROY when nobody holds it: applied.")
	must(0, s.accept(s.findOffer(isReserved), operation("type: UNRESERVE unreserve { resources { %s } }", reservedDisk)))
	fmt.Println("Unreserved the 256 MB. Done.")
	must(s.stub.Teardown(s.context, &api.TeardownRequest{FrameworkId: s.frameworkId}))
}
