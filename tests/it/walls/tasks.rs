//! How many tasks run for the life of a process.

use super::read::root;

/// Each has a reason to be its own: it listens, holds the process's state, or must not wait for others. What is due at a
/// certain time is a job (`server/src/app/jobs.rs`), and what every process repeats is a round (`server/src/server/rounds.rs`).
const MOST: usize = 14;

/// The names of the tasks that the server begins.
fn begun(server: &str) -> Vec<&str> {
    let body = server.split("fn begun(").nth(1).and_then(|rest| rest.split("\n}\n").next()).unwrap_or_default();
    body.split("keep(tasks, app, \"").skip(1).filter_map(|call| call.split('"').next()).collect()
}

#[test]
fn few_tasks_run_for_the_life_of_the_process() {
    let server = std::fs::read_to_string(root().join("server/src/server.rs")).unwrap();
    let tasks = begun(&server);
    assert!(tasks.contains(&"jobs"), "the tasks are found: {tasks:?}");
    assert!(tasks.len() <= MOST, "{} tasks, more than {MOST}: make it a job or a round: {tasks:?}", tasks.len());
}

#[test]
fn tasks_are_counted() {
    let server = "fn begun(app) {\n    keep(tasks, app, \"one\", x);\n    keep(tasks, app, \"two\", y);\n}\nkeep(tasks, app, \"other\", z);\n";
    assert_eq!(begun(server), ["one", "two"]);
}
