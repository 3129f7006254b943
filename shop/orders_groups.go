package shop

import "pulperia/dao/models"

// OrderGroup is what orders have in common for who works on them: what is to be done with them next,
// and by whom.
type OrderGroup string

// The groups. An order is in one of them at most: what has come to its end is in none.
const (
	OrdersToDo    OrderGroup = "todo"  // the shop is to do something: accept, prepare, look at a transfer, give money back
	OrdersWaiting OrderGroup = "money" // the buyer is to pay
	OrdersReady   OrderGroup = "ready" // to be handed over: ready, or on its way
)

// OrderGroups are all that there are.
func OrderGroups() []OrderGroup { return []OrderGroup{OrdersToDo, OrdersWaiting, OrdersReady} }

// GroupOf returns the group of an order; "" for none.
func GroupOf(o *models.Order) OrderGroup { return groupOf(o.State, o.PaymentState(), o.Due() > 0) }

// TaskOf returns what is to be done with an order; "" for nothing.
func TaskOf(o *models.Order) OrderTask { return taskOf(o.State, o.PaymentState(), o.Due() > 0) }

func groupOf(state models.OrderState, payment models.PaymentState, due bool) OrderGroup {
	unpaid := payment == models.PaymentWaiting || payment == models.PaymentFailed
	ended := state.IsOff()
	switch {
	case ended && (payment == models.PaymentPaid || payment == models.PaymentClaimed),
		payment == models.PaymentClaimed:
		return OrdersToDo
	case ended:
		return ""
	case state == models.OrderReady, state == models.OrderSent:
		return OrdersReady
	case state == models.OrderDone && due && (unpaid || payment == models.PaymentNone):
		return OrdersWaiting
	case state == models.OrderDone:
		return ""
	case unpaid:
		return OrdersWaiting
	}
	return OrdersToDo
}

// OrderTask is one thing that is to be done with an order, for the list of what waits.
type OrderTask string

// The tasks, the most urgent first.
const (
	TaskLook    OrderTask = "look"    // at a transfer that the buyer says he has made
	TaskAccept  OrderTask = "accept"  // it
	TaskPrepare OrderTask = "prepare" // what was accepted
	TaskHand    OrderTask = "hand"    // over, or see that it arrives
	TaskReturn  OrderTask = "return"  // the money of what has ended
)

// OrderTasks are all that there are, the most urgent first.
func OrderTasks() []OrderTask {
	return []OrderTask{TaskLook, TaskAccept, TaskPrepare, TaskHand, TaskReturn}
}

func taskOf(state models.OrderState, payment models.PaymentState, due bool) OrderTask {
	switch groupOf(state, payment, due) {
	case OrdersReady:
		return TaskHand
	case OrdersToDo:
		switch {
		case state == models.OrderCancelled, state == models.OrderExpired:
			return TaskReturn
		case payment == models.PaymentClaimed:
			return TaskLook
		case state == models.OrderPlaced:
			return TaskAccept
		}
		return TaskPrepare
	}
	return ""
}

// chosen is what a query asks of a row besides words.
type chosen struct {
	states, payments uint16 // a bit for each; 0 for all
	group            uint8  // nowhere for all
}

func (q OrderQuery) chosen() (c chosen) {
	c.group = placeIn(OrderGroups(), q.Group)
	for _, state := range q.States {
		c.states |= 1 << placeIn(models.OrderStates(), state)
	}
	for _, payment := range q.Payments {
		c.payments |= 1 << placeIn(models.PaymentStates(), payment)
	}
	return c
}

// selects says whether an order is one of those that are asked for.
func (c chosen) selects(r *orderRow) bool {
	return (c.states == 0 || c.states>>r.state&1 != 0) &&
		(c.payments == 0 || c.payments>>r.payment&1 != 0) && (c.group == nowhere || c.group == r.group)
}
