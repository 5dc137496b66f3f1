package app.dependency;

import app.config.Target;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;

/** A dependency with a protocol other than HTTP. It is only checked whether it is reachable. */
public abstract class TcpDependency extends Dependency {
    private final Target target;

    protected TcpDependency(String name, boolean critical, Tools tools) {
        this(name, critical, tools.settings.targets().get(name), tools);
    }

    protected TcpDependency(String name, boolean critical, Target target, Tools tools) {
        super(name, critical, target.timeout(), tools);
        this.target = target;
    }

    @Override
    protected Object fetch() throws IOException {
        try (Socket socket = new Socket()) {
            InetSocketAddress address =
                    new InetSocketAddress(target.uri().getHost(), target.uri().getPort());
            socket.connect(address, (int) Math.max(1, target.timeout().toMillis()));
            return Map.of("reachable", true);
        }
    }
}
