import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * {@code make dev}: compiles and restarts the service after each change of src/main or pom.xml.
 *
 * <p>The compiler stays in this JVM, because Maven needs seconds to start. After an error of the compiler, the last
 * version that compiled keeps running. Maven's filters do not apply to resources here.
 */
class Reload {
    private static final Path POM = Path.of("pom.xml");
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Path RESOURCES = Path.of("src/main/resources");
    private static final Path OUTPUT = Path.of("target/dev");
    private static final Path CLASSPATH = Path.of("target/dev.classpath");
    private static final long LOOK_EVERY_MILLISECONDS = 200;
    private static final long STOP_SECONDS = 30;

    private static Process service;
    private static int version;

    public static void main(String... arguments) throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(Reload::stop));
        Map<Path, String> known = Map.of();
        while (true) {
            Map<Path, String> now = files();
            if (!now.equals(known)) {
                known = now;
                reload();
            }
            Thread.sleep(LOOK_EVERY_MILLISECONDS);
        }
    }

    /** Looks at times and sizes, because many containers and virtual machines get no events of the file system. */
    private static Map<Path, String> files() throws IOException {
        Map<Path, String> found = new TreeMap<>();
        try (Stream<Path> below = Files.walk(Path.of("src/main"))) {
            for (Path path : Stream.concat(below.filter(Files::isRegularFile), Stream.of(POM)).toList()) {
                found.put(path, Files.getLastModifiedTime(path) + " " + Files.size(path));
            }
        } catch (java.io.UncheckedIOException | java.nio.file.NoSuchFileException e) {
            return Map.of(); // an editor replaces a file just now
        }
        return found;
    }

    private static void reload() throws IOException, InterruptedException {
        Path classes = OUTPUT.resolve(String.valueOf(version++ % 2)); // the running version keeps its classes
        delete(classes);
        Files.createDirectories(classes);
        if (!resolve() || !compile(classes)) {
            System.err.println("Not compiled. Change a file to try again.");
            return;
        }
        stop();
        String classpath = classes + File.pathSeparator + RESOURCES + File.pathSeparator + Files.readString(CLASSPATH);
        synchronized (Reload.class) {
            service = new ProcessBuilder(java(), "-XX:TieredStopAtLevel=1", "-cp", classpath, "app.Application", "serve")
                    .inheritIO()
                    .start();
        }
    }

    /** Asks Maven for the libraries, unless it was asked since the last change of pom.xml. */
    private static boolean resolve() throws IOException, InterruptedException {
        if (Files.exists(CLASSPATH) && Files.getLastModifiedTime(CLASSPATH).compareTo(Files.getLastModifiedTime(POM)) > 0) {
            return true;
        }
        return new ProcessBuilder(
                                "./mvnw",
                                "--batch-mode",
                                "--quiet",
                                "dependency:build-classpath",
                                "-DincludeScope=runtime",
                                "-Dmdep.outputFile=" + CLASSPATH)
                        .inheritIO()
                        .start()
                        .waitFor()
                == 0;
    }

    private static boolean compile(Path classes) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("-parameters", "-nowarn", "-proc:none", "-d", classes.toString(), "-cp", Files.readString(CLASSPATH)));
        try (Stream<Path> below = Files.walk(SOURCES)) {
            below.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
        }
        return ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)) == 0;
    }

    private static synchronized void stop() {
        if (service == null) {
            return;
        }
        service.destroy(); // SIGTERM
        try {
            if (!service.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                service.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> below = Files.walk(folder)) {
                for (Path path : below.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
