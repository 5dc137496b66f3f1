package app.web;

import app.Service;
import app.config.Settings;
import app.dependency.Answers;
import app.dependency.Dependencies;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Calls every dependency. Write your first route here. */
@RestController
class OverviewController {
    private final Settings settings;
    private final Dependencies dependencies;

    OverviewController(Settings settings, Dependencies dependencies) {
        this.settings = settings;
        this.dependencies = dependencies;
    }

    @GetMapping("/")
    Overview overview() {
        Answers answers = dependencies.ask();
        return new Overview(Service.NAME, settings.version(), answers.values(), answers.degraded());
    }
}
