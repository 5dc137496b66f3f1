/**
 * The service's dependencies, one class each.
 *
 * <p>A class is named for its dependency with {@code Client} at the end, so that none is a reserved word; a hyphen
 * before a digit becomes an underscore, so that {@code a1} and {@code a-1} stay two.
 */
package app.clients;
