package app.config;

/** The secret settings. */
public final class Secrets {
    public final Secret databasePassword;
    public final SecretFile signingKey;

    Secrets(Environment env) {
        databasePassword = env.secret("DATABASE_PASSWORD");
        signingKey = env.secretFile("SIGNING_KEY_FILE");
    }
}
