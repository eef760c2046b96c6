//! Salesbots, as far as a widget's steps go: a step asks the widget's server and waits until it is continued.
//!
//! Rules: developers.kommo.com/docs/salesbot-sdk, …/docs/private-chatbot-integration and
//! …/reference/salesbot-widget-block-execution-confirmation; that accounts send a form where these pages show JSON was
//! reported by developers of other integrations.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::config::IntegrationConfig;
use super::core::Core;
use super::exchange::Outgoing;
use super::faults::HookKind;
use super::signature::hs512;
use super::state::{BotRun, flatten, questions};

/// amoCRM's time limit for the answer of the widget's server.
const LIMIT: Duration = Duration::from_secs(2);
/// Lifetime of a step's token in seconds: assumed, no page says it.
const TOKEN_SECONDS: i64 = 1800;
/// The number of leads in a token.
const LEADS: i64 = 2;

/// Fills amoCRM's markers of a lead in.
fn fill(value: &Value, markers: &[(&str, String)]) -> Value {
    match value {
        Value::String(text) => {
            json!(markers.iter().fold(text.clone(), |text, (marker, value)| text.replace(marker, value)))
        }
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), fill(value, markers))).collect(),
        other => other.clone(),
    }
}

/// Starts a bot with the steps that a widget wrote, for a lead: it stops at the first step and asks the widget's server, once.
/// Returns the id of the stop. A bot that ran before keeps its id.
pub(crate) async fn start(
    core: &Arc<Core>,
    host: &str,
    integration: &str,
    lead_id: i64,
    steps: &str,
    bot_id: Option<i64>,
) -> Result<i64> {
    let integration = core.integration_named(integration).context("no such integration")?;
    let steps: Value = serde_json::from_str(steps).context("what the widget wrote is no JSON")?;
    let first = steps.get(0).map(questions).unwrap_or_default();
    let ask = first.iter().find(|one| one["handler"] == "widget_request").context("the widget asks nothing")?;
    let url = ask["params"]["url"].as_str().context("widget_request has no url")?.to_owned();
    let data = ask["params"]["data"].clone();
    let continue_id = core
        .change(|state| {
            let account = state.accounts.get_mut(host)?;
            let lead = account.crm.lead(lead_id)?;
            let person = account.person_in(lead.text("chat_id"));
            let name = person.map_or_else(String::new, |person| person.name.clone());
            let data = fill(&data, &[("{{lead.id}}", lead_id.to_string()), ("{{contact.name}}", name)]);
            let bot_id = bot_id.unwrap_or_else(|| account.next_number());
            let continue_id = account.next_number();
            account.bots.push(BotRun {
                bot_id,
                integration: integration.name.clone(),
                continue_id,
                lead_id,
                steps: steps.clone(),
                data,
                answer: None,
                waits: true,
                told: Value::Null,
                exit: None,
            });
            Some(continue_id)
        })
        .context("no such lead")?;
    let body = request(core, host, integration, continue_id).context("the bot is gone")?;
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in body.as_object().into_iter().flatten() {
        flatten(name, value, &mut |key, value| {
            form.append_pair(key, value);
        });
    }
    let form = form.finish();
    let request = core.client.post(&url).header("Content-Type", "application/x-www-form-urlencoded").body(form);
    let shown = url::Url::parse(&url).map_or_else(|_| url.clone(), |url| url.path().to_owned());
    let call = Outgoing { request, method: "POST", shown, host: Some(host.to_owned()), limit: LIMIT };
    let answer = match core.deliver(HookKind::Crm, call).await {
        Ok(answer) | Err(answer) => answer,
    };
    change(core, host, continue_id, |bot| bot.answer = Some(answer));
    Ok(continue_id)
}

/// The request of a bot that waits, with a new token.
pub(crate) fn request(core: &Core, host: &str, integration: &IntegrationConfig, continue_id: i64) -> Option<Value> {
    let now = core.now().timestamp();
    core.read(|state| {
        let account = state.accounts.get(host)?;
        let bot = account.bots.iter().find(|bot| bot.continue_id == continue_id)?;
        let claims = json!({
            "iss": format!("https://{host}"), "exp": now + TOKEN_SECONDS, "account_id": account.id,
            "subdomain": account.subdomain(), "client_uuid": integration.client_id, "bot_type": "salesbot",
            "entity_type": LEADS, "entity_id": bot.lead_id,
        });
        Some(json!({
            "token": hs512(&claims.to_string(), &integration.client_secret),
            "data": bot.data,
            "return_url": format!("https://{host}/api/v4/salesbot/{}/continue/{continue_id}", bot.bot_id),
        }))
    })
}

fn change(core: &Core, host: &str, continue_id: i64, change: impl FnOnce(&mut BotRun)) {
    core.change(|state| {
        let bots = state.accounts.get_mut(host).map(|account| account.bots.iter_mut());
        bots.into_iter().flatten().find(|bot| bot.continue_id == continue_id).map(change)
    });
}
