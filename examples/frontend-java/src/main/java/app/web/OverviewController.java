package app.web;

import app.config.Settings;
import app.dependency.Answers;
import app.dependency.Dependencies;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Calls every dependency. Write your first route here. */
@RestController
class OverviewController {
    private final String name;
    private final Settings settings;
    private final Dependencies dependencies;

    OverviewController(@Value("${spring.application.name}") String name, Settings settings, Dependencies dependencies) {
        this.name = name;
        this.settings = settings;
        this.dependencies = dependencies;
    }

    @GetMapping("/")
    Overview overview() {
        Answers answers = dependencies.ask();
        return new Overview(name, settings.version(), answers.values(), answers.degraded());
    }
}
