package app.job;

import java.util.List;

/** One sub-command of the program. */
public interface Job {
    /** Does the work; an exception makes the job fail. */
    void run(List<String> arguments) throws Exception;
}
