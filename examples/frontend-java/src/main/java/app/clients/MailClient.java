package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** mail, critical: without it a request fails. */
@Component
public class MailClient extends HttpDependency {
    MailClient(Tools tools) {
        super("mail", true, tools);
    }
}
