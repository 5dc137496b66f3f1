package app.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A secret in a file, which Kubernetes replaces while the service runs. Only {@code reveal} returns its text. */
public final class SecretFile {
    private static final Logger LOG = LoggerFactory.getLogger(SecretFile.class);

    private final Path path;
    private volatile String text;
    private volatile boolean failed;

    /** Reads the file for the first time; it must have a text. */
    SecretFile(String path) throws IOException {
        this.path = Path.of(path);
        this.text = read();
    }

    /** The present text of the file, or the last one while the file can't be read. Do not keep or format it. */
    public String reveal() {
        try {
            text = read();
            failed = false;
        } catch (IOException e) {
            if (!failed) { // one line, even if every request reads it
                LOG.atWarn()
                        .addKeyValue("path", path.toString())
                        .addKeyValue("error", e.toString())
                        .log("secret unreadable");
            }
            failed = true;
        }
        return text;
    }

    /** Reads the file each time: it is small, in memory, and a link can lead to another one. */
    private String read() throws IOException {
        String content = Files.readString(path).replaceAll("[\r\n]+\\z", "");
        if (content.isEmpty()) {
            throw new IOException("empty");
        }
        return content;
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
