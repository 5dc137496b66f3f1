package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"gitlab.example.com/example-group/backend/everything-go/internal/problem"
)

// An example: edit it into your first route. Its types are its rules, and its part of openapi.json.

type greetingRequest struct {
	Name     string `json:"name" minLength:"1" maxLength:"100" doc:"Who is greeted"`
	Language string `json:"language,omitempty" default:"en" doc:"The language of the greeting"`
}

type greeting struct {
	Greeting string `json:"greeting"`
}

type greetingInput struct {
	Body greetingRequest
}

type greetingOutput struct {
	Body greeting
}

func addGreetings(typed huma.API) {
	huma.Post(typed, "/greetings", greet, named("greet", "Greet somebody"), func(operation *huma.Operation) {
		operation.Errors = []int{http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity}
	})
}

// greetings are what stands before and after the name, by language.
var greetings = map[string][2]string{
	"en": {"Hello, ", "!"},
	"es": {"¡Hola, ", "!"},
	"fr": {"Bonjour, ", " !"},
}

func greet(_ context.Context, input *greetingInput) (*greetingOutput, error) {
	around, known := greetings[input.Body.Language]
	if !known {
		return nil, problem.New(http.StatusUnprocessableEntity, "no greeting in this language")
	}
	return &greetingOutput{greeting{around[0] + input.Body.Name + around[1]}}, nil
}
