//! The command line, `parom demo` and `parom widget` as a person or a script meets them: real processes, their exit
//! codes, stdout and stderr.

mod record;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use base::clock::Clock;
use base::config::Config;
use base::millis::{DAY, MINUTE};
use base::store::Store;
use entity::{letter, tenant};
use parom_tests::drill::Drill;
use parom_tests::settings::HOST;
use parom_tests::{Demo, Engine, Line, client};
use sea_orm::EntityTrait;
use sea_orm::sea_query::{Expr, ExprTrait};
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

pub const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");

async fn drill() -> Drill {
    Drill::prepare(Engine::Sqlite, Path::new(BINARY)).await.unwrap()
}

async fn run(command: &mut Command) -> Output {
    command.output().await.unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A command that a test runs in its own process, from its arguments.
pub fn command<C: clap::Subcommand>(arguments: &[&str]) -> C {
    let known = C::augment_subcommands(clap::Command::new("parom"));
    let matches = known.try_get_matches_from([&["parom"], arguments].concat()).expect("it is understood");
    C::from_arg_matches(&matches).unwrap()
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
    assert!(text(&told.stdout).contains("compares its chats with amoCRM's history next"), "{}", text(&told.stdout));
    drill
        .until("the chats are compared", async || {
            let (_, checks) = doctor(&drill).await;
            status(&checks, "history").1.starts_with("chats were last compared").then_some(())
        })
        .await;
    let chat = format!("/chats/{}/history", drill.manager(&line).chat_with("anna"));
    let asked = drill.sandbox.requests().into_iter().filter(|request| request.path.contains(&chat));
    assert_eq!(asked.count(), 1);
    assert_eq!(text(&told.stderr), "");
    drill.stops().await;
    let told = run(&mut drill.command(&["tenant", "compare", HOST])).await;
    assert!(text(&told.stderr).contains("no server is running"), "{}", text(&told.stderr));
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
        "integration",
        "installed",
        "connected",
        "first_source",
    ] {
        assert_eq!(status(&checks, name).0, "ok", "{name}: {checks:?}");
    }
    assert_eq!(status(&checks, "public_url").0, "warn", "it is not https");
    assert_eq!(status(&checks, "archive").0, "warn", "none was uploaded");
    assert_eq!(status(&checks, "message").0, "warn", "none went through");
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

    // Days without a backup, minutes of waiting, and a server that does not run.
    drill.sandbox.break_it(&"status=503".parse().unwrap()).unwrap();
    drill.customer(&line, "anna").writes("Waiting").await;
    drill.stops().await;
    let database = Config::load(Some(&drill.config_file())).unwrap().database;
    let store = Store::open(&database, Clock::system()).await.unwrap();
    let created = tenant::Column::CreatedAt;
    let tenants = tenant::Entity::update_many().col_expr(created, Expr::col(created).sub(3 * DAY));
    tenants.exec(store.write()).await.unwrap();
    let accepted = letter::Column::AcceptedAt;
    let letters = letter::Entity::update_many().col_expr(accepted, Expr::col(accepted).sub(6 * MINUTE));
    letters.exec(store.write()).await.unwrap();
    store.close().await;
    let (_, checks) = doctor(&drill).await;
    for (name, words) in [("backup", "no backup"), ("queue", "the oldest for"), ("outside", "no server is running")] {
        let (word, detail) = status(&checks, name);
        assert!(word == "warn" && detail.contains(words), "{name}: {word} {detail}");
    }
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

#[test]
fn a_command_that_only_reads_makes_no_database() {
    let folder = folder("", "");
    let missing = "no database at";
    let commands = [
        "doctor",
        "key list",
        "tenant list",
        "dead list",
        "vendor list",
        "customer list",
        "integration list",
        "quarantine list",
        "backup create copy",
    ];
    for command in commands {
        let arguments: Vec<&str> = command.split(' ').collect();
        let output = runs_in(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(said(&output).contains(missing), "{command}: {}", said(&output));
        assert!(!folder.path().join("parom.db").exists(), "{command}");
    }
    let begun = runs_in(folder.path(), &["vendor", "add", "anna@parom.example"]);
    assert!(begun.status.success() && said(&begun).contains(missing), "{}", said(&begun));
    assert!(runs_in(folder.path(), &["vendor", "list"]).status.success());
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

/// What a person asks before a start, and a script that reads only the beginning of an answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_is_checked_and_printed() {
    let mut drill = drill().await;
    let well = run(&mut drill.command(&["config", "check"])).await;
    assert_eq!((well.status.code(), text(&well.stdout), text(&well.stderr)), (Some(0), "ok\n".into(), String::new()));
    let printed = text(&run(&mut drill.command(&["config", "print"])).await.stdout);
    let file = drill.config_file().display().to_string();
    assert!(printed.contains("client_secret = \"***\"  # ") && printed.contains(&file), "{printed}");
    assert!(printed.contains("hsts_days = 365  # default"), "{printed}");

    let wrong = |drill: &Drill, arguments: &[&str]| {
        let mut command = drill.command(arguments);
        command.env("PAROM__SERVER__LISSTEN", "x").env("PAROM__RATES__INSTALLS", "0").env("LC_ALL", "C");
        command
    };
    let faults = run(&mut wrong(&drill, &["config", "check"])).await;
    let said = text(&faults.stdout);
    assert_eq!((faults.status.code(), said.lines().count()), (Some(1), 2), "{said}");
    assert!(
        said.contains("server.lissten (set by PAROM__SERVER__LISSTEN)") && said.contains("rates.installs"),
        "{said}"
    );
    assert_eq!(text(&faults.stderr), "parom: the configuration has 2 faults\n");
    let told = run(&mut wrong(&drill, &["config", "check", "--json"])).await;
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["faults"][0]["key"], "server.lissten");
    assert_eq!(run(&mut wrong(&drill, &["config", "print"])).await.status.code(), Some(1));

    // Only a server that answers is healthy.
    assert_eq!(run(&mut drill.command(&["health"])).await.status.code(), Some(1));
    drill.serves("").await;
    assert_eq!(text(&run(&mut drill.command(&["health"])).await.stdout), "ok\n");
    drill.ends_well().await;
}

/// As with other programs, whose output `head` has read enough of.
#[test]
fn a_command_whose_output_nobody_reads_any_more_ends_without_a_word() {
    for arguments in [&["openapi"][..], &["completions", "bash"], &["config", "print"]] {
        let (reads, writes) = std::io::pipe().unwrap();
        drop(reads);
        let mut command = std::process::Command::new(BINARY);
        let ended = command.args(arguments).env_remove("PAROM_CONFIG").stdout(writes).output().unwrap();
        assert_eq!((ended.status.code(), text(&ended.stderr)), (Some(141), String::new()), "{arguments:?}");
    }
}

async fn with_input(mut command: Command, input: &str) -> Output {
    use std::process::Stdio;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    child.wait_with_output().await.unwrap()
}

// `parom demo` as a person starts it: it checks itself, comes back on the same data, and offers every messenger.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_checks_itself() {
    let help = Command::new(BINARY).args(["demo", "--help"]).output().await.unwrap();
    assert!(!text(&help.stdout).contains("--config"), "it brings its own");
    let other = Command::new(BINARY).args(["demo", "--check", "--config", "mine.toml"]).output().await.unwrap();
    assert!(!other.status.success() && text(&other.stderr).contains("brings its own"), "{}", text(&other.stderr));
    let output = Command::new(BINARY).args(["demo", "--check"]).env_remove("PAROM_CONFIG").output().await.unwrap();
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    assert_eq!(said.lines().filter(|line| line.starts_with("ok ")).count(), 27, "{said}");
    assert_eq!(said.lines().count(), 27, "one line a step and nothing else: {said}");
    for kind in ["telegram", "whatsapp", "max", "vk", "avito", "instagram", "facebook"] {
        assert!(said.contains(&format!("{kind}: connected, a message in, an answer out")), "{said}");
    }
}

/// Another link into the admin, by the command that the demo prints.
pub async fn vendor_link(data: &Path) -> Output {
    let mut command = Command::new(BINARY);
    command.args(["vendor", "link", "operator@demo.example", "--config"]).arg(data.join("parom.toml"));
    command.env_remove("PAROM_CONFIG").output().await.unwrap()
}

/// The public API's answer.
async fn asked(demo: &Demo, path: &str) -> Value {
    let (base, key) = (demo.address("Parom"), demo.address("API key"));
    let answer = client().get(format!("{base}{path}")).bearer_auth(&key).send().await.unwrap();
    answer.json().await.unwrap()
}

/// The sources of the demo's account.
async fn sources(demo: &Demo) -> Vec<Value> {
    let tenants = asked(demo, "/api/v1/tenants").await["items"].clone();
    let tenant = tenants.as_array().unwrap().iter().find(|tenant| tenant["host"] == "demo.amocrm.ru").unwrap();
    let path = format!("/api/v1/tenants/{}/sources", tenant["id"].as_str().unwrap());
    asked(demo, &path).await["items"].as_array().unwrap().clone()
}

/// Messages from customers by source, and sales, of the month that the demo's shop has behind it.
async fn month(demo: &Demo) -> (Vec<i64>, usize) {
    let sources = sources(demo).await;
    let mut counts = Vec::new();
    for source in &sources {
        let ledger = asked(demo, &format!("/api/v1/sources/{}/ledger", source["id"].as_str().unwrap())).await;
        counts.push(ledger["to_crm"]["accepted"].as_i64().unwrap());
    }
    let path = format!("/api/v1/tenants/{}/sales", sources[0]["tenant_id"].as_str().unwrap());
    counts.sort_unstable();
    (counts, asked(demo, &path).await["items"].as_array().unwrap().len())
}

/// The dry run shows sales that the list has.
async fn sales_agree(demo: &Demo) {
    let tenant_id = sources(demo).await[0]["tenant_id"].as_str().unwrap().to_owned();
    let ids = async |path: &str| -> Vec<Value> {
        let shown = asked(demo, &format!("/api/v1/tenants/{tenant_id}/sales{path}")).await;
        shown["items"].as_array().unwrap().iter().map(|one| one["lead_id"].clone()).collect()
    };
    let (listed, previewed) = (ids("").await, ids("/preview").await);
    assert!(previewed.len() == 10 && previewed.iter().all(|id| listed.contains(id)), "{previewed:?} {listed:?}");
}

/// Adds a source to the demo's account by the public API.
async fn adds_source(demo: &Demo, body: Value) {
    let (base, key) = (demo.address("Parom"), demo.address("API key"));
    let tenant_id = sources(demo).await[0]["tenant_id"].as_str().unwrap().to_owned();
    let url = format!("{base}/api/v1/tenants/{tenant_id}/sources");
    let answer = client().post(url).bearer_auth(&key).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
}

/// Every messenger takes a line's token away on the page "Break something", and issues another one.
async fn gives_new_tokens(page: &str) {
    let pages = page.split('"').filter(|part| part.contains("/trouble")).collect::<BTreeSet<_>>();
    for address in pages {
        let shown = async || client().get(address).send().await.unwrap().text().await.unwrap();
        let pressed = async |what: &str| {
            let shown = shown().await;
            let faults = shown.split("name=\"fault\" value=\"").filter_map(|rest| rest.split_once('"'));
            let fault = faults
                .map(|(fault, _)| fault.replace("&#34;", "\"").replace("&quot;", "\""))
                .find(|fault| fault.contains(what));
            let fault = fault.unwrap_or_else(|| panic!("{address} has no {what}"));
            let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("fault", &fault).finish();
            let post = client().post(address).header("content-type", "application/x-www-form-urlencoded");
            let answer = post.body(form).send().await.unwrap();
            assert!(answer.status().is_redirection() || answer.status().is_success(), "{address}: {}", answer.status());
        };
        let before = shown().await;
        pressed("{\"revoke\"").await;
        // Avito's secret is another one at once.
        if !before.contains("for_good") {
            pressed("{\"renew\"").await;
        }
        assert_ne!(shown().await, before, "{address} shows another token");
    }
}

/// A restart on the same data: the local amoCRM is new, Parom knows everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_comes_back_after_a_second_account_was_installed() {
    let data = tempfile::tempdir().unwrap();
    let demo = Demo::start(Path::new(BINARY), "en", data.path()).await;
    let marketplace = demo.address("A new account");
    let install = marketplace.replace("/marketplace", "/install");
    let form = client().post(&install).header("content-type", "application/x-www-form-urlencoded");
    let installed = form.body("integration=demo").send().await.unwrap();
    assert!(installed.status().is_success() || installed.status().is_redirection(), "{}", installed.status());
    let before = sources(&demo).await;
    let behind = month(&demo).await;
    assert!(behind.0.len() == 3 && behind.0[0] > 20 && behind.1 > 5, "{behind:?}");
    sales_agree(&demo).await;
    let elsewhere = "http://127.0.0.1:9/mine";
    adds_source(&demo, json!({"kind": "webchat", "name": "Second chat", "settings": {"title": "Second"}})).await;
    adds_source(&demo, json!({"kind": "custom", "name": "Mine", "settings": {"webhook_url": elsewhere}})).await;
    let page = client().get(demo.address("Messengers")).send().await.unwrap().text().await.unwrap();
    assert_eq!(page.matches("/trouble").count(), 7, "each of them can be broken");
    gives_new_tokens(&page).await;
    let ids = |demo: &Demo| {
        let customer = demo.address("Customer's page").rsplit('/').next().unwrap().to_owned();
        [customer, demo.line("Own messenger").split(';').next().unwrap().to_owned()]
    };
    let own = ids(&demo);
    demo.is_killed().await;
    let demo = Demo::start(Path::new(BINARY), "en", data.path()).await;
    assert_eq!(ids(&demo), own, "the demo's own sources, not the newest");
    let still = month(&demo).await;
    assert_eq!((&still.0[..2], &still.0[2..], still.1), (&[0, 0][..], &behind.0[..], behind.1), "written once");
    sales_agree(&demo).await;
    let shop = client().get(demo.address("A new account")).header("accept-language", "en").send().await.unwrap();
    let left = shop.text().await.unwrap().matches("Not installed").count();
    assert_eq!(left, 1, "what Parom has is installed at amoCRM, the other service is not");
    let page = client().get(demo.address("Customer's page")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    // The local amoCRM is new, and the own messenger listens elsewhere: the account's sources follow.
    let after = sources(&demo).await;
    let troubled: Vec<&Value> = after.iter().filter(|source| source["status"] == "needs_attention").collect();
    assert!(after.len() == 5 && troubled.is_empty(), "{troubled:#?}");
    let listens = |sources: &[Value]| -> Vec<String> {
        sources.iter().filter_map(|source| source["settings"]["webhook_url"].as_str().map(str::to_owned)).collect()
    };
    let (old, new) = (listens(&before), listens(&after));
    assert!(new.contains(&elsewhere.to_owned()) && new.len() == 2 && !new.contains(&old[0]), "{old:?} {new:?}");
    // The one-time link of the admin is no dead end: another is made by the command that was printed.
    let link = vendor_link(data.path()).await;
    assert!(link.status.success(), "{}", text(&link.stderr));
    assert!(text(&link.stdout).starts_with(&demo.address("Parom")), "{}", text(&link.stdout));
    demo.is_killed().await;
}

// `parom widget build|check` as the vendor meets it: real processes.

const FACTS: &str = r#"
[vendor]
support_url = "https://parom.example/support"
support_email = "help@parom.example"
privacy_url = "https://parom.example/privacy"
[server]
public_url = "https://parom.example"
"#;

/// A folder with a configuration: these sections, and an integration of each platform.
fn folder(sections: &str, widget: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let integrations: String = ["amocrm", "kommo"]
        .map(|platform| {
            format!(
                "[[integration]]\nname = \"{platform}\"\nplatform = \"{platform}\"\nclient_id = \"{platform}\"\n\
                 client_secret = \"secret\"\nown_redirect = true\n{widget}\n"
            )
        })
        .concat();
    std::fs::write(folder.path().join("parom.toml"), format!("{sections}\n{integrations}")).unwrap();
    folder
}

fn runs_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = std::process::Command::new(BINARY);
    command.current_dir(folder).args(arguments).env("PAROM_CONFIG", folder.join("parom.toml"));
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

const WIDGET: &str = "[integration.widget]\ncode = \"parom_widget\"";

#[test]
fn the_archives_of_both_platforms_pass_the_check() {
    let folder = folder(FACTS, WIDGET);
    for platform in ["amocrm", "kommo"] {
        for card in [&[][..], &["--card"]] {
            let built = runs_in(
                folder.path(),
                &[&["widget", "build", "--out", "widget.zip", "--platform", platform], card].concat(),
            );
            assert!(built.status.success(), "{}", said(&built));
            assert!(!said(&built).contains("refuse"), "{}", said(&built));
            let checked = runs_in(folder.path(), &["widget", "check", "widget.zip", "--json"]);
            assert!(checked.status.success(), "{}", said(&checked));
            let told: Value = serde_json::from_slice(&checked.stdout).unwrap();
            assert_eq!(told["findings"], Value::Array(Vec::new()), "{platform} {card:?}");
        }
    }
}
