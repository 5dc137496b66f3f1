package app;

import app.config.ConfigurationException;
import app.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** HTTP client of the tests. */
public final class Http {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private Http() {}

    public static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(port, path)).build());
    }

    public static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    public static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:%d%s".formatted(port, path));
    }

    /** The response of a server to these bytes, until it closes the connection. */
    public static String raw(int port, String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.setSoTimeout(10_000);
            InputStream answer = socket.getInputStream();
            return new String(answer.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** The environment that sets every port to a free one. */
    public static Map<String, String> freePorts() throws IOException, ConfigurationException {
        Map<String, String> environment = new HashMap<>();
        for (String name : Settings.read(Map.of()).ports().keySet()) {
            environment.put("PORT_" + variable(name), String.valueOf(freePort()));
        }
        environment.put("ADMIN_PORT", String.valueOf(freePort()));
        return environment;
    }

    /** The environment that sets every dependency to one port of this machine. */
    public static Map<String, String> dependenciesAt(int port) throws ConfigurationException {
        Map<String, String> environment = new HashMap<>();
        Settings.read(Map.of()).targets().forEach((name, target) -> {
            String address = "127.0.0.1:" + port;
            boolean tcp = target.uri().getScheme().equals("tcp");
            environment.put(variable(name) + "_URL", tcp ? address : "http://" + address);
        });
        return environment;
    }

    private static String variable(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
