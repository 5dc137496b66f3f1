package app;

import static org.assertj.core.api.Assertions.assertThat;

import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.core.util.Separators.Spacing;
import tools.jackson.databind.json.JsonMapper;

/** The file openapi.json describes the routes. {@code make openapi} writes it. */
class OpenApiTest {
    private static final Path FILE = Path.of("openapi.json");

    // Any route can call a dependency.
    private static final List<HttpStatus> PROBLEMS =
            List.of(HttpStatus.INTERNAL_SERVER_ERROR, HttpStatus.BAD_GATEWAY, HttpStatus.GATEWAY_TIMEOUT);
    private static final List<HttpStatus> PROBLEMS_OF_A_BODY = List.of(
            HttpStatus.BAD_REQUEST,
            HttpStatus.REQUEST_TIMEOUT,
            HttpStatus.CONTENT_TOO_LARGE,
            HttpStatus.UNSUPPORTED_MEDIA_TYPE,
            HttpStatus.UNPROCESSABLE_CONTENT);

    private static TestService service;

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> enabled = Map.of("springdoc.api-docs.enabled", "true");
        service = new TestService(enabled, Description.class).await("/readyz", 200);
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
    }

    @Test
    void theFileDescribesTheCode() throws Exception {
        String described = formatted(service.get("/v3/api-docs").body());
        if (Boolean.getBoolean("openapi.write")) {
            Files.writeString(FILE, described);
        }

        assertThat(Files.readString(FILE))
                .as("the code has changed: run `make openapi`, and commit openapi.json")
                .isEqualTo(described);
    }

    @Test
    void onlyTheAdminPortServesTheFile() throws Exception {
        HttpResponse<String> response = service.probe("/openapi.json");

        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(response.body()).isEqualTo(Files.readString(FILE));
        assertThat(service.get("/openapi.json").statusCode()).isEqualTo(404);
    }

    private static String formatted(String json) {
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        Separators separators = Separators.createDefaultInstance()
                .withObjectNameValueSpacing(Spacing.AFTER)
                .withArrayEmptySeparator("")
                .withObjectEmptySeparator("");
        JsonMapper mapper = JsonMapper.builder()
                .defaultPrettyPrinter(new DefaultPrettyPrinter(separators)
                        .withObjectIndenter(lines)
                        .withArrayIndenter(lines))
                .build();
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(mapper.readTree(json)) + "\n";
    }

    /** What springdoc does not find in the code: the name, and problems as clients see them. */
    @Component
    static class Description implements OpenApiCustomizer {
        @Value("${spring.application.name}")
        private String name;

        @Override
        public void customise(OpenAPI document) {
            document.info(new Info().title(name).version("1")).servers(null);
            Components components = document.getComponents();
            ModelConverters.getInstance(true).readAll(Problem.class).forEach(components::addSchemas);
            components.addResponses(
                    "Problem",
                    new ApiResponse()
                            .description("What went wrong (RFC 9457)")
                            .content(new Content()
                                    .addMediaType(
                                            "application/problem+json",
                                            new MediaType().schema(new JsonSchema().$ref("Problem")))));
            document.getPaths().values().forEach(path -> path.readOperations().forEach(Description::addProblems));
        }

        private static void addProblems(Operation operation) {
            List<HttpStatus> statuses = new ArrayList<>(PROBLEMS);
            if (operation.getRequestBody() != null) {
                statuses.addAll(PROBLEMS_OF_A_BODY);
            }
            for (HttpStatus status : statuses) {
                operation
                        .getResponses()
                        .addApiResponse(String.valueOf(status.value()), new ApiResponse().$ref("Problem"));
            }
        }
    }

    @Schema(requiredProperties = {"type", "title", "status", "detail", "request_id"})
    record Problem(String type, String title, int status, String detail, String request_id, List<Mistake> errors) {}

    @Schema(requiredProperties = {"field", "rule"})
    record Mistake(String field, String rule) {}
}
