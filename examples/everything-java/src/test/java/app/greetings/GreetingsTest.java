package app.greetings;

import static org.assertj.core.api.Assertions.assertThat;

import app.Http;
import app.TestService;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The example route. */
class GreetingsTest {
    private static TestService service;

    @BeforeAll
    static void start() throws Exception {
        service = new TestService(Map.of()).await("/readyz", 200);
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\": \"Ada\"}                     | Hello, Ada!",
                "{\"name\": \"Ada\", \"language\": null} | Hello, Ada!",
                "{\"name\": \"Ada\", \"language\": \"fr\"} | Bonjour, Ada !",
                "{\"name\": \"Ada\", \"language\": \"es\"} | ¡Hola, Ada!",
            })
    void eachLanguageHasItsGreeting(String body, String greeting) throws Exception {
        HttpResponse<String> response = post("application/json", body);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response)).isEqualTo(JsonMapper.shared().valueToTree(new Greeting(greeting)));
    }

    @Test
    void anUnknownLanguageIsAnErrorOfTheRoute() throws Exception {
        JsonNode problem = problem(post("application/json", "{\"name\": \"Ada\", \"language\": \"xx\"}"), 422);

        assertThat(problem.get("detail").asString()).isEqualTo("no greeting in this language");
        assertThat(problem.has("errors")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                    | name     | must not be null",
                "{\"name\": \"\"}                      | name     | size must be between 1 and 100",
                "{\"name\": 51423}                     | name     | must be of type String",
                "{\"name\": \"a\", \"language\": [51423]} | language | must be of type String",
                "[51423]                               | ''       | must be of type GreetingRequest",
            })
    void aBodyThatBreaksARuleNamesTheField(String body, String field, String rule) throws Exception {
        HttpResponse<String> response = post("application/json", body);

        JsonNode errors = problem(response, 422).get("errors");
        assertThat(errors).hasSize(1);
        assertThat(errors.get(0).get("field").asString()).isEqualTo(field);
        assertThat(errors.get(0).get("rule").asString()).isEqualTo(rule);
        assertThat(response.body()).doesNotContain("51423");
    }

    @Test
    void aRuleIsInOneLanguageAndShowsNoValue() throws Exception {
        HttpResponse<String> response =
                Http.send(request("application/json", "{\"name\": \"%s\"}".formatted("y".repeat(101)))
                        .header("Accept-Language", "fr")
                        .build());

        assertThat(problem(response, 422).get("errors").get(0).get("rule").asString())
                .isEqualTo("size must be between 1 and 100");
        assertThat(response.body()).doesNotContain("yy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "{\"name\": \"Ada", "{\"name\": \"Ada\"} x", "{\"name\": \"\\x\"}"})
    void aBrokenBodyIsRefused(String body) throws Exception {
        problem(post("application/json", body), 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded"})
    void anotherMediaTypeIsRefused(String type) throws Exception {
        problem(post(type, "{\"name\": \"Ada\"}"), 415);
    }

    @Test
    void anotherMethodIsRefused() throws Exception {
        HttpResponse<String> response = service.get("/greetings");

        problem(response, 405);
        assertThat(response.headers().firstValue("Allow")).contains("POST");
    }

    private static HttpResponse<String> post(String type, String body) throws Exception {
        return Http.send(request(type, body).build());
    }

    private static HttpRequest.Builder request(String type, String body) {
        return HttpRequest.newBuilder(Http.uri(service.port(), "/greetings"))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body));
    }

    private static JsonNode problem(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        return json(response);
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JsonMapper.shared().readTree(response.body());
    }
}
