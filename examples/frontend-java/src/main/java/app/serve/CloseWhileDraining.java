package app.serve;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** While the service drains, every response has `Connection: close` (P08). */
final class CloseWhileDraining extends Handler.Wrapper {
    private final State state;

    CloseWhileDraining(Handler handler, State state) {
        super(handler);
        this.state = state;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (request.getConnectionMetaData().getConnector() instanceof app.serve.Listener listener) {
            listener.serving(request);
        }
        return super.handle(request, new Closing(request, response), callback);
    }

    private final class Closing extends Response.Wrapper {
        Closing(Request request, Response response) {
            super(request, response);
        }

        @Override
        public void write(boolean last, ByteBuffer content, Callback callback) {
            // At the last moment, because the request can have begun before the drain.
            if (state.draining() && !isCommitted()) {
                getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
            }
            super.write(last, content, callback);
        }
    }
}
