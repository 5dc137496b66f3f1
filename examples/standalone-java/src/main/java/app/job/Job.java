package app.job;

import java.util.List;

/** One sub-command of the program. */
public interface Job {
    /** Runs to the end; an exception makes the job fail. */
    void run(List<String> arguments) throws Exception;
}
