//! What may only be there so often: lines of a file, tasks of a process, forms of a step of the queue.

use std::collections::BTreeMap;

use super::read::{code, members, root, rust_files, short};

/// No file has more lines: a file is an idea, and one this long is several.
const MOST_LINES: usize = 600;

/// Each has a reason to be its own: it listens, holds the process's state, or must not wait for others. What is due at a
/// certain time is a job (`server/src/app.rs`), and what every process repeats is a round (`server/src/server/rounds.rs`).
const MOST_TASKS: usize = 14;

/// The steps of the queue and the statement that each form of them has: what is accepted becomes a message, what is
/// claimed names its claim in the lane, what is settled leaves an attempt. Both engines share one form.
const STEPS: [(&str, &str); 3] = [
    ("accept", "INSERT INTO message "),
    ("claim", "UPDATE lane SET owner = rows.owner, claim = "),
    ("settle", "INSERT INTO attempt "),
];

#[test]
fn no_file_is_too_long() {
    let mut lengths = BTreeMap::new();
    for member in members() {
        for path in rust_files(&root().join(member)) {
            if !path.components().any(|part| part.as_os_str() == "target" || part.as_os_str() == "node_modules") {
                lengths.insert(short(&path), std::fs::read_to_string(&path).unwrap().lines().count());
            }
        }
    }
    assert!(lengths.len() > 500, "the files are found");
    lengths.retain(|_, lines| *lines > MOST_LINES);
    assert!(lengths.is_empty(), "more than {MOST_LINES} lines, divide them: {lengths:#?}");
}

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
    let many = tasks.len();
    assert!(many <= MOST_TASKS, "{many} tasks, more than {MOST_TASKS}: make it a job or a round: {tasks:?}");
}

/// The steps that have another number of forms than one, with the files that have them.
fn forms(files: &[(String, String)]) -> Vec<String> {
    let of_step = |(step, statement): &(&str, &str)| {
        let has = |(file, code): &(String, String)| std::iter::repeat_n(file.clone(), code.matches(statement).count());
        let files: Vec<String> = files.iter().flat_map(has).collect();
        (files.len() != 1).then(|| format!("{step} has {} forms: {files:?}", files.len()))
    };
    STEPS.iter().filter_map(of_step).collect()
}

#[test]
fn each_step_of_the_queue_has_one_form() {
    let files = rust_files(&root().join("queue/src"));
    let files: Vec<_> = files.iter().map(|file| (short(file), code(file))).collect();
    assert_eq!(forms(&files), Vec::<String>::new());
}
