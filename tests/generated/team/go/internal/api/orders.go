package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/example-org/batch/internal/problem"
)

type order struct {
	ID   int    `json:"id"`
	Item string `json:"item"`
}

type orderInput struct {
	ID int `path:"id" minimum:"1"`
}

type orderOutput struct {
	Body order
}

func addOrders(typed huma.API) {
	huma.Get(typed, "/orders/{id}", readOrder, named("read-order", "Read an order"))
}

func readOrder(_ context.Context, input *orderInput) (*orderOutput, error) {
	if input.ID != 7 {
		return nil, problem.New(http.StatusNotFound, "no such order")
	}
	return &orderOutput{order{input.ID, "tea"}}, nil
}
