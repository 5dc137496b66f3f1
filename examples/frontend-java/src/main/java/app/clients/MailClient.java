package app.clients;

import app.dependency.HttpDependency;
import app.dependency.Tools;
import org.springframework.stereotype.Component;

/** mail, critical: a request fails without it. */
@Component
public class MailClient extends HttpDependency {
    MailClient(Tools tools) {
        super("mail", true, tools);
    }
}
