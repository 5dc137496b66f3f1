package app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import app.Environments;
import app.StartException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class SecretsTest {
    private static final String CANARY = "S3cr3t-c4nary";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DATABASE_PASSWORD",
                "SIGNING_KEY_FILE",
            })
    void eachIsRequired(String variable) {
        var error = catchThrowableOfType(StartException.class, () -> Environments.settings(Map.of(variable, "")));

        assertThat(error.values()).singleElement().asString().startsWith(variable + " must be ");
    }

    @Test
    void aTextIsNotShown() {
        Secret secret = new Environment(Map.of("TOKEN", CANARY)::get).secret("TOKEN");

        assertThat(secret.reveal()).isEqualTo(CANARY);
        assertThat(Map.of("secret", secret)).asString().doesNotContain(CANARY);
    }

    @Test
    void aPlaceholderInASecretIsText() {
        var environment = Environments.spring(Map.of("TOKEN", "${HOME}${" + CANARY));

        assertThat(SettingsInitializer.given(environment, "TOKEN")).isEqualTo("${HOME}${" + CANARY);
        assertThat(SettingsInitializer.given(environment, "NO_TOKEN")).isNull();
    }

    @Test
    void aFileIsNotShown() throws IOException {
        Path file = Files.writeString(folder.resolve("key"), CANARY + "\r\n");

        SecretFile secret = new SecretFile(file.toString());

        assertThat(secret.reveal()).isEqualTo(CANARY);
        assertThat(Map.of("secret", secret)).asString().doesNotContain(CANARY);
    }

    @Test
    void aFileWithoutATextIsRefused() throws IOException {
        List<Path> wrong = new ArrayList<>(List.of(folder, folder.resolve("missing")));
        wrong.add(Files.writeString(folder.resolve("empty"), ""));
        wrong.add(Files.writeString(folder.resolve("line"), "\n"));
        wrong.add(Files.write(folder.resolve("latin"), (CANARY + "ü").getBytes(StandardCharsets.ISO_8859_1)));
        for (Path path : wrong) {
            Environment environment = new Environment(Map.of("TOKEN_FILE", path.toString())::get);
            environment.secretFile("TOKEN_FILE");
            var error = catchThrowableOfType(StartException.class, environment::check);
            assertThat(error.values()).containsExactly("TOKEN_FILE must be the path of a UTF-8 file that is not empty");
        }
    }

    /** Kubernetes replaces the link ..data in one step. */
    @Test
    void aRotatedFileIsReadAgain() throws IOException {
        for (String version : List.of("old", "new")) {
            Path inside = Files.createDirectory(folder.resolve(".." + version));
            Files.writeString(inside.resolve("key"), version + "\n");
        }
        Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..old"));
        Path key = Files.createSymbolicLink(folder.resolve("key"), Path.of("..data/key"));
        SecretFile secret = new SecretFile(key.toString());
        assertThat(secret.reveal()).isEqualTo("old");

        Path next = Files.createSymbolicLink(folder.resolve("..next"), Path.of("..new"));
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);

        assertThat(secret.reveal()).isEqualTo("new");
    }

    @Test
    void anUnreadableFileKeepsTheLastText(CapturedOutput output) throws IOException {
        Path file = Files.writeString(folder.resolve("key"), CANARY);
        SecretFile secret = new SecretFile(file.toString());
        for (String text : List.of("", "\n", CANARY + "ü")) {
            Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(secret.reveal()).isEqualTo(CANARY);
        }
        Files.delete(file);
        assertThat(secret.reveal()).isEqualTo(CANARY);
        assertThat(output.getAll()).containsOnlyOnce("secret unreadable").doesNotContain(CANARY);

        Files.writeString(file, "next");
        assertThat(secret.reveal()).isEqualTo("next");
    }
}
