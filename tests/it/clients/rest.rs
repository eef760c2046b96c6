//! Clients of amoCRM's REST API that others published, unmodified: each through its README's first example and what chats
//! need. What they print of a failure names the rule of the protocol.

use serde_json::{Value, json};
use simulator::crm::Sandbox;

use super::{CLIENT, CLIENT_SECRET, Client, HOST, REDIRECT, account, folder, installed, seen_by};

const KOMMO: &str = "acme.kommo.com";

/// A client from the Python registry at an account.
fn starts(client: &str, host: &str, sandbox: &Sandbox) -> Option<Client> {
    let python = installed("PAROM_TEST_PYTHON")?;
    sandbox.add_account(host);
    let code = sandbox.issue_code(host, "main");
    let given = [
        ("sandbox", sandbox.url()),
        ("client", client),
        ("client-id", CLIENT),
        ("client-secret", CLIENT_SECRET),
        ("redirect-uri", REDIRECT),
        ("code", &code),
    ];
    Some(Client::start(&python, &folder("python"), "rest_clients.py", &given))
}

/// What it prints about the account.
async fn drives(client: &str, host: &str) -> Option<(Sandbox, Value)> {
    let sandbox = account().await;
    let mut program = starts(client, host, &sandbox)?;
    let seen = program.line().await;
    program.ends_well().await;
    Some((sandbox, seen))
}

/// The account remembers what the client made: the lead, with its contact.
async fn agrees(client: &str) {
    let Some((sandbox, seen)) = drives(client, HOST).await else { return };
    let lead = seen["lead"].as_i64().unwrap();
    assert!(sandbox.stage_of(HOST, lead).is_some(), "{seen}");
    let contact = sandbox.contacts(HOST).remove(0);
    assert_eq!(json!(contact.id), seen["contact"], "{seen}");
    let is_linked = client != "amocrm_api";
    assert_eq!(contact.leads.contains(&lead), is_linked, "{seen}");
    assert!(sandbox.problems().is_empty(), "{:?}", sandbox.problems());
    sandbox.stop().await;
}

#[tokio::test]
async fn aioamocrm_filters_links_and_completes_tasks() {
    agrees("aioamocrm").await;
}

#[tokio::test]
async fn amochka_fetches_what_was_updated() {
    agrees("amochka").await;
}

#[tokio::test]
async fn amocrm_sdk_makes_complex_leads() {
    agrees("amocrm_sdk").await;
}

#[tokio::test]
async fn amocrm_mcp_reads_every_kind() {
    agrees("amocrm_mcp").await;
}

#[tokio::test]
async fn amocrm_api_filters_and_makes_companies() {
    agrees("amocrm_api").await;
}

#[tokio::test]
async fn a_mistake_of_the_local_amocrm_is_found_and_its_rule_named() {
    let sandbox = account().await;
    // Lists forget their filters.
    sandbox.break_it(&"no-filters".parse().unwrap()).unwrap();
    let Some(mut client) = starts("aioamocrm", HOST, &sandbox) else { return };
    let said = client.line().await["the rule that fails"].to_string();
    assert!(said.contains("crm-api 5.8, leads are filtered by updated_at"), "{said}");
    sandbox.stop().await;
}

#[tokio::test]
async fn kommo_python_reaches_kommo_by_its_doubled_slashes() {
    let Some((sandbox, seen)) = drives("kommo_python", KOMMO).await else { return };
    let kommo = sandbox.accounts().into_iter().find(|one| one.host == KOMMO).unwrap();
    assert_eq!(seen, json!({"account": kommo.id}));
    assert_eq!(sandbox.webhooks(KOMMO)[0].settings, ["add_message"]);
    sandbox.stop().await;
}

#[tokio::test]
async fn amocrm_js_filters_and_links() {
    let Some(node) = installed("PAROM_TEST_NODE_CLIENTS") else { return };
    let sandbox = account().await;
    let seen = seen_by(&node, "amocrm_js.mjs", &sandbox, &[]).await;
    let contact = sandbox.contacts(HOST).remove(0);
    assert_eq!((json!(contact.id), json!(contact.leads)), (seen["contact"].clone(), json!([seen["lead"]])), "{seen}");
    sandbox.stop().await;
}
