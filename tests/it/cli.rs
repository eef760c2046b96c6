//! The command line as a person or a script meets it: real processes, their exit codes, stdout and stderr.

use std::path::Path;
use std::process::Output;

use parom_tests::drill::Drill;
use parom_tests::settings::HOST;
use parom_tests::{Answer, Engine, Line};
use serde_json::Value;
use simulator::crm::HookMessage;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");

async fn drill() -> Drill {
    Drill::prepare(Engine::Sqlite, Path::new(BINARY)).await.unwrap()
}

async fn run(command: &mut Command) -> Output {
    command.output().await.unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Name → (status, detail) of `doctor --json`.
async fn doctor(drill: &Drill) -> (bool, Vec<(String, String, String)>) {
    let output = run(&mut drill.command(&["doctor", "--json"])).await;
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let word = |check: &Value, name: &str| check[name].as_str().unwrap_or_default().to_owned();
    let checks = told["checks"].as_array().unwrap().iter();
    let checks = checks.map(|check| (word(check, "name"), word(check, "status"), word(check, "detail"))).collect();
    (output.status.success(), checks)
}

fn status<'a>(checks: &'a [(String, String, String)], name: &str) -> (&'a str, &'a str) {
    let found = checks.iter().find(|check| check.0 == name);
    found.map_or(("", ""), |check| (check.1.as_str(), check.2.as_str()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_messages_are_looked_for_by_the_running_server() {
    let mut drill = drill().await;
    drill.serves("").await;
    let line: Line = drill.line("support").await;
    drill.customer(&line, "anna").writes("Hello").await;
    drill.arrives_at_crm(HOST, "Hello").await;
    let told = run(&mut drill.command(&["tenant", "compare", HOST])).await;
    assert!(told.status.success(), "{}", text(&told.stderr));
    assert!(text(&told.stdout).contains("compares its chats with amoCRM's history now"), "{}", text(&told.stdout));
    drill
        .until("the chats are compared", async || {
            let (_, checks) = doctor(&drill).await;
            status(&checks, "history").1.starts_with("chats were last compared").then_some(())
        })
        .await;
    let chat = format!("/chats/{}/history", drill.manager(&line).chat_with("anna"));
    let asked = drill.sandbox.requests().into_iter().filter(|request| request.path.contains(&chat));
    assert_eq!(asked.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_says_what_is_well_and_what_is_not() {
    let mut drill = drill().await;
    drill.serves("").await;
    let line: Line = drill.line("support").await;
    drill.customer(&line, "anna").writes("Hello").await;
    drill.arrives_at_crm(HOST, "Hello").await;
    let (well, checks) = doctor(&drill).await;
    assert!(well, "{checks:?}");
    for name in [
        "config",
        "secrets",
        "amocrm",
        "clock",
        "channel",
        "database",
        "migrations",
        "tokens",
        "channels",
        "outside",
        "backup",
    ] {
        assert_eq!(status(&checks, name).0, "ok", "{name}: {checks:?}");
    }
    assert_eq!(status(&checks, "public_url").0, "warn", "it is not https");
    let (word, detail) = status(&checks, "history");
    assert!(word == "ok" && detail.starts_with("chats were not compared"), "{detail}");
    assert_eq!(status(&checks, "quarantine").0, "ok");

    // A genuine hook that names another account is kept, and doctor names the reason.
    let hook = drill.manager(&line).prepares("anna", HookMessage::text("whose?"));
    let body = text(&hook.body).replace("\"account_id\":\"", "\"account_id\":\"0");
    let signature = drill.sandbox.sign_hook(&hook.scope_id, body.as_bytes());
    let answer = drill.sandbox.post_hook(&hook.scope_id, body.into_bytes(), Some(&signature)).await;
    assert_eq!(answer.status, Some(200));
    let (well, checks) = doctor(&drill).await;
    assert!(well, "a warning is no failure");
    let (word, detail) = status(&checks, "quarantine");
    assert_eq!(word, "warn");
    assert!(detail.contains("1 × foreign_account"), "{detail}");

    let secret = "PAROM__INTEGRATION__0__CHANNEL__0__SECRET";
    let wrong = run(drill.command(&["doctor"]).env(secret, "another-secret-canary")).await;
    assert!(!wrong.status.success(), "a wrong channel secret is a failure");
    let said = text(&wrong.stdout);
    let sentence = text(&wrong.stderr);
    assert!(sentence.lines().last().is_some_and(|line| line.ends_with("checks failed")), "{sentence}");
    assert!(said.contains("FAIL  channel"), "{said}");
    assert!(said.contains("→ compare secret with the e-mail from amoCRM"), "{said}");
    assert!(!said.contains("canary"), "{said}");

    // Another service at the public address has another key.
    let other =
        run(drill.command(&["doctor"]).env("PAROM__SECRETS__KEY", "YW5vdGhlci1rZXktYW5vdGhlci1rZXktMDEyMzQ1Njc="))
            .await;
    let said = text(&other.stdout);
    assert!(said.contains("FAIL  outside") && said.contains("not with this service’s key"), "{said}");

    // The operator's language is the terminal's; the output for programs is always English.
    let russian = |drill: &Drill, arguments: &[&str]| {
        let mut command = drill.command(arguments);
        command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "ru_RU.UTF-8");
        command
    };
    let said = text(&run(russian(&drill, &["doctor"]).env(secret, "another-secret-canary")).await.stdout);
    for words in ["FAIL  channel", "→ сверьте secret с письмом от amoCRM", "warn  quarantine", "1 × foreign_account"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(said.lines().last().unwrap().contains("1 ошибка"), "{said}");
    let cyrillic = |line: &str| line.chars().any(|sign| ('а'..='я').contains(&sign));
    assert!(said.lines().all(cyrillic), "{said}");
    // Our own errors are in that language too; what another system said is quoted.
    let unknown = run(russian(&drill, &["doctor"]).env("PAROM__SERVER__LISSTEN", "x")).await;
    assert!(text(&unknown.stdout).contains("неизвестный ключ server.lissten"), "{}", text(&unknown.stdout));
    assert_eq!(text(&unknown.stderr), "parom: не прошло проверок: 1 из 1\n");
    let told = text(&run(&mut russian(&drill, &["doctor", "--json"])).await.stdout);
    assert!(!cyrillic(&told), "{told}");
    drill.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_command_says_one_sentence_and_no_secret() {
    let drill = drill().await;
    let unknown = run(drill.command(&["serve"]).env("PAROM__SERVER__LISSTEN", "x")).await;
    assert_eq!(unknown.status.code(), Some(1));
    let said = text(&unknown.stderr);
    assert!(said.starts_with("parom: unknown key server.lissten"), "{said}");
    assert!(said.contains("did you mean server.listen"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");

    let database = "postgres://someone:canary@127.0.0.1:1/parom";
    let unreachable = run(drill.command(&["migrate"]).env("PAROM__DATABASE__URL", database)).await;
    let said = text(&unreachable.stderr);
    assert_eq!(unreachable.status.code(), Some(1));
    assert!(said.starts_with("parom: cannot reach the database of database.url"), "{said}");
    assert!(!said.contains("canary"), "{said}");

    let tenant = "01900000-0000-7000-8000-000000000000";
    let nobody = run(&mut drill.command(&["key", "create", "--name", "x", "--tenant", tenant])).await;
    assert_eq!((nobody.status.code(), nobody.stdout.len()), (Some(1), 0));
    assert!(text(&nobody.stderr).contains(tenant));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_commands_do_what_they_are_named_for() {
    let drill = drill().await;
    assert_eq!(text(&run(&mut drill.command(&["migrate"])).await.stdout), "Nothing to do.\n");
    let described: Value = serde_json::from_slice(&run(&mut drill.command(&["openapi"])).await.stdout).unwrap();
    assert!(described["paths"]["/api/v1/sources/{source_id}/messages"]["post"].is_object());

    // amoCRM's own documented request.
    let vectors = include_str!("../../amocrm/tests/fixtures/signing_vectors.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let vector = &vectors["request_vectors"][0];
    let given = |name: &str| vector[name].as_str().unwrap();
    let mut command = drill.command(&["chats", "sign", "--method", given("method"), "--path", given("path")]);
    command.args(["--date", given("date")]).env("PAROM_CHATS_SECRET", given("secret"));
    let signed = text(&with_input(command, given("body")).await.stdout);
    let (date, md5, signature) = (given("date"), given("content_md5"), given("signature"));
    let wanted =
        format!("Date: {date}\nContent-Type: application/json\nContent-MD5: {md5}\nX-Signature: {signature}\n");
    assert_eq!(signed, wanted);

    let hook = &vectors["webhook_vectors"][0];
    let (secret, signature) = (hook["secret"].as_str().unwrap(), hook["signature"].as_str().unwrap());
    let body = hook["body"].as_str().unwrap();
    for (body, code) in [(body.to_owned(), 0), (format!("{body} "), 1)] {
        let command = drill.command(&["chats", "verify", "--secret", secret, "--signature", signature]);
        assert_eq!(with_input(command, &body).await.status.code(), Some(code));
    }
}

async fn with_input(mut command: Command, input: &str) -> Output {
    use std::process::Stdio;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    child.wait_with_output().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_read_what_commands_did() {
    let drill = drill().await;
    let document = async |arguments: &[&str]| -> Value {
        let done = run(&mut drill.command(arguments)).await;
        assert!(done.status.success(), "{arguments:?}: {}", text(&done.stderr));
        serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {}", text(&done.stdout)))
    };
    assert!(document(&["migrate", "--json"]).await["applied"].is_u64());
    assert_eq!(document(&["migrate", "--json"]).await["applied"], 0);
    let verify = ["chats", "verify", "--secret", "canary", "--signature", "none"];
    let wrong = run(&mut drill.command(&verify)).await;
    assert_eq!((wrong.status.code(), wrong.stdout.len()), (Some(1), 0));
    let said = text(&wrong.stderr);
    assert_eq!(said, "parom: the signature does not belong to this body and this secret\n");
}

/// D26 of the review by people: errors and lists that left their readers guessing, and an installation that began in the
/// wrong folder without a word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d26_commands_say_what_a_person_needs() {
    let mut drill = drill().await;
    drill.serves("").await;
    let line: Line = drill.line("support").await;
    drill.customer(&line, "anna").writes("Hello").await;
    drill.arrives_at_crm(HOST, "Hello").await;
    drill.messenger.answers_next([Answer::status(422)]);
    drill.manager(&line).answers("anna", "Good morning").await;
    let given_up = async || {
        let listed = run(&mut drill.command(&["dead", "list"])).await;
        Some(text(&listed.stdout)).filter(|said| !said.is_empty())
    };
    let listed = drill.until("the letter is given up", given_up).await;
    assert!(listed.contains("  1 try  "), "{listed}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old.ndjson");
    std::fs::write(&file, "broken\nbroken too\n".to_owned() + &crate::import::texts("boris", 1)).unwrap();
    let file = file.to_str().unwrap();
    let wrong = run(&mut drill.command(&["import", file, "--source", "abc", "--dry-run"])).await;
    let said = text(&wrong.stderr);
    assert!(said.contains("an id looks like 0190a1b2") && !said.contains("invalid length"), "{said}");
    let source = line.source_id.to_string();
    let plan = run(drill.command(&["import", file, "--source", &source, "--dry-run"]).env("LANG", "en_US.UTF-8")).await;
    let said = text(&plan.stdout);
    let reason = said.lines().find(|line| line.starts_with("  2 × "));
    assert!(reason.is_some_and(|reason| reason.ends_with("(1, 2)")), "{said}");

    let mut elsewhere = Command::new(BINARY);
    elsewhere.args(["vendor", "add", "olga@vendor.example"]).current_dir(folder.path()).env_remove("PAROM_CONFIG");
    let begun = run(&mut elsewhere).await;
    let said = text(&begun.stderr);
    assert!(said.contains("no database at") && said.contains("--config FILE"), "{said}");
    drill.ends_well().await;
}
