//! SIGHUP: the configuration file is read again by a serving process.

use std::path::Path;

use parom_tests::drill::Drill;
use parom_tests::settings::{CHANNEL_SECRET, HOST};
use parom_tests::{Engine, Line};
use serde_json::json;

const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");

/// Waits until the log has so many lines with this text.
async fn logs(drill: &Drill, text: &str, lines: usize) -> String {
    let there = async || {
        let found = drill.logged(text);
        (found.len() >= lines).then(|| found.concat())
    };
    drill.until("the log says it", there).await
}

async fn goes_both_ways(drill: &Drill, line: &Line, word: &str) {
    let (to_crm, to_messenger) = (format!("to amoCRM, {word}"), format!("to the messenger, {word}"));
    drill.customer(line, "anna").writes(&to_crm).await;
    drill.arrives_at_crm(HOST, &to_crm).await;
    drill.manager(line).answers("anna", &to_messenger).await;
    drill.arrives_at_messenger(&to_messenger).await;
}

async fn the_file_is_read_again(engine: Engine) {
    let Some(mut drill) = Drill::prepare(engine, Path::new(BINARY)).await else { return };
    drill.serves("").await;
    let line = drill.line("support").await;
    goes_both_ways(&drill, &line, "before").await;
    let account = format!("/api/v1/tenants/{}", line.tenant_id);
    drill.api.patch(&account, &json!({ "plan": "gold" })).await.is(422);

    // A mistake changes nothing, and is named.
    let good = std::fs::read_to_string(drill.config_file()).unwrap();
    let plan = "[[plan]]\nname = \"gold\"\n[telemetry]\nlog = \"info,parom=debug\"\n";
    std::fs::write(drill.config_file(), format!("{good}{plan}[server2]\n")).unwrap();
    drill.reads_its_file_again().await;
    logs(&drill, "unknown key server2", 1).await;
    drill.api.patch(&account, &json!({ "plan": "gold" })).await.is(422);
    goes_both_ways(&drill, &line, "with a mistake").await;

    // A plan, a brand, and what needs a restart.
    let brand = "[integration.brand]\nname = \"Beta Chat\"\n[[integration.channel]]";
    let changed = good.replace("[[integration.channel]]", brand).replace("installs = 500", "installs = 400");
    std::fs::write(drill.config_file(), format!("{changed}{plan}")).unwrap();
    drill.reads_its_file_again().await;
    let named = logs(&drill, "take effect at the next start", 1).await;
    assert!(named.contains("rates.installs") && !named.contains("plan"), "{named}");
    assert_eq!(drill.api.patch(&account, &json!({ "plan": "gold" })).await.is(200).json["plan"], "gold");
    let page = drill.api.anonymous(reqwest::Method::GET, "/panel/sign-in");
    parom_tests::answer(page).await.is(200).says(&["<span>Beta Chat</span>"]);

    // The channel's secret: the new one counts at once, and the former one no more.
    let other = changed.replace(CHANNEL_SECRET, "another-secret");
    std::fs::write(drill.config_file(), format!("{other}{plan}")).unwrap();
    drill.reads_its_file_again().await;
    logs(&drill, "take effect at the next start", 2).await;
    let hook = drill.manager(&line).prepares("anna", simulator::crm::HookMessage::text("refused"));
    assert_eq!(drill.manager(&line).posts(&hook).await, Some(401));
    std::fs::write(drill.config_file(), format!("{good}{plan}")).unwrap();
    drill.reads_its_file_again().await;
    logs(&drill, "was read again and is in use", 1).await;
    goes_both_ways(&drill, &line, "after").await;
    drill.ends_well().await;
}

mod the_file {
    use parom_tests::Engine;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_read_again_on_sqlite() {
        super::the_file_is_read_again(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_read_again_on_postgres() {
        super::the_file_is_read_again(Engine::Postgres).await;
    }
}
