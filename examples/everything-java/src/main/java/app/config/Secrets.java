package app.config;

/** The secret settings. */
public final class Secrets {
    public final Secret databasePassword;
    public final SecretFile signingKey;

    Secrets(Environment env) {
        this.databasePassword = env.secret("DATABASE_PASSWORD");
        this.signingKey = env.secretFile("SIGNING_KEY_FILE");
    }
}
