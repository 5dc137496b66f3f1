/**
 * The service's dependencies, one class each.
 *
 * <p>A class has the name of its dependency with {@code Client} at the end, so that it is never a reserved word. A
 * hyphen before a digit becomes an underscore, so that {@code a1} and {@code a-1} are different.
 */
package app.clients;
