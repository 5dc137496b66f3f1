package app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The program as a process: its log lines, signals and exit. */
class ProgramTest {
    @TempDir
    private Path folder;

    private Process process;

    @AfterEach
    void stop() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void aWrongEnvironmentIsOneLine() throws Exception {
        start(Map.of("ADMIN_PORT", "x", "LOG_LEVEL", "loud"), "serve");

        assertThat(exitCode()).isEqualTo(78);
        JsonNode line = lines().get(0);
        assertThat(lines()).hasSize(1);
        assertThat(line.get("level").asString()).isEqualTo("error");
        assertThat(line.get("message").asString()).isEqualTo("configuration refused");
        assertThat(line.get("errors")).hasSize(2);
    }

    @Test
    void anUnknownCommandIsOneLine() throws Exception {
        start(Map.of(), "destroy");

        assertThat(exitCode()).isEqualTo(2);
        assertThat(lines()).hasSize(1);
        assertThat(lines().get(0).get("known").get(0).asString()).isEqualTo("serve");
    }

    @Test
    void aSignalDrainsWhileAClientIsConnected() throws Exception {
        Map<String, String> environment = new HashMap<>(Environments.freePorts());
        environment.putAll(Map.of("DRAIN_SECONDS", "2", "SHUTDOWN_SECONDS", "60", "SERVICE_VERSION", "1.2.3"));
        start(environment, "serve");
        await("started");
        int port =
                Environments.settings(environment).ports().values().iterator().next();
        try (Socket open = new Socket("127.0.0.1", port)) {
            signal();
            await("draining");
            assertThat(process.waitFor(1, TimeUnit.SECONDS)).isFalse();
            assertThat(exitCode()).isZero();
        }
        for (JsonNode line : lines()) {
            assertThat(line.propertyNames()).startsWith("timestamp", "level", "message", "service", "version");
            assertThat(line.get("timestamp").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
            assertThat(line.get("version").asString()).isEqualTo("1.2.3");
        }
    }

    @Test
    void aLevelOfSpringIsHeard() throws Exception {
        Map<String, String> environment = new HashMap<>(Environments.freePorts());
        environment.put("LOGGING_LEVEL_ORG_ECLIPSE_JETTY_SERVER", "info");
        start(environment, "serve");
        await("started");

        assertThat(lines()).anyMatch(line -> line.get("message").asString().startsWith("jetty-"));
    }

    @Test
    void aSignalEndsInOrder() throws Exception {
        start(Environments.freePorts(), "serve");
        await("started");
        signal();

        assertThat(exitCode()).isZero();
        assertThat(lines()).extracting(line -> line.get("message").asString()).endsWith("draining", "stopped");
    }

    private void start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), "app.Application"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(Environments.with(environment));
        builder.redirectOutput(folder.resolve("out").toFile());
        builder.redirectError(folder.resolve("err").toFile());
        process = builder.start();
    }

    private void signal() {
        process.destroy();
    }

    private void await(String message) throws Exception {
        for (int i = 0; i < 1_200 && process.isAlive(); i++) {
            if (Files.readString(folder.resolve("out")).contains("\"message\":\"" + message + "\"")) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("no line " + message + ": " + Files.readString(folder.resolve("out")));
    }

    private int exitCode() throws Exception {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** Every line is an object, and stderr has none. */
    private List<JsonNode> lines() throws IOException {
        assertThat(folder.resolve("err")).isEmptyFile();
        JsonMapper json = JsonMapper.shared();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("out"))) {
            lines.add(json.readTree(line));
        }
        return lines;
    }
}
