//! The designer of Salesbots, as far as the steps of widgets go: their settings, what they write when the bot is saved, and
//! bots that ran.

use askama::Template;
use serde_json::{Value, json};

use super::cards::Facts;
use super::frame::{Frame, Place, Shell, Visit, render_host};
use super::widget::{Stage, host_data};
use crate::crm::bots;
use crate::crm::exchange::wrong;
use crate::crm::state::{Account, BotRun, LEADS};
use crate::crm::widget::BotStep;
use crate::kit::Answer;

#[derive(Template)]
#[template(path = "crm/bots.html")]
struct BotsPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    host_data: String,
    /// The steps of installed widgets, with their widgets' names.
    steps: Vec<(&'a str, BotStep<'a>)>,
    /// Their numbers and what is shown of them, the newest first.
    leads: Vec<(i64, String)>,
    runs: Vec<&'a BotRun>,
}

impl BotsPage<'_> {
    fn href(&self, run: &BotRun) -> String {
        self.frame.of_account(&self.shell.account.host, &format!("leads/{}", run.lead_id))
    }

    fn step(&self, run: &BotRun) -> String {
        let code = run.data["step"].as_str().unwrap_or_default();
        let found = self.steps.iter().find(|(_, step)| step.code == code);
        found.map_or_else(|| code.to_owned(), |(_, step)| step.name.to_owned())
    }
}

/// `GET /accounts/{host}/bots`.
pub(super) fn show(visit: &Visit<'_>) -> Answer {
    let frame = &visit.frame;
    visit.show(Place::Bots, |state, shell| {
        let account: &Account = shell.account;
        let widgets = visit.core.integrations.iter().filter(|one| account.has_active(&one.client_id));
        let widgets = widgets.filter_map(|one| state.widgets.get(&one.client_id));
        let steps = widgets.flat_map(|widget| {
            let name = widget.text(frame.user_language, "/widget/name");
            widget.bot_steps(frame.user_language).into_iter().map(move |step| (name, step))
        });
        let stage = Stage {
            area: "salesbot_designer",
            card: Value::Null,
            page: json!({"kind": "bots", "run": visit.path("bots")}),
        };
        let in_designer = |one: &crate::crm::config::IntegrationConfig, widget: &crate::crm::widget::Widget| {
            account.has_active(&one.client_id) && widget.is_in("salesbot_designer")
        };
        let leads = account.crm.all(&LEADS).iter().rev().take(20);
        let leads = leads.map(|lead| (lead.id, Facts::of(frame, state, account, lead).in_a_line()));
        let page = BotsPage {
            frame,
            shell,
            host_data: host_data(visit, state, account, stage, in_designer),
            steps: steps.collect(),
            leads: leads.collect(),
            runs: account.bots.iter().rev().take(20).collect(),
        };
        Some(render_host(visit.core, &page))
    })
}

/// `POST /accounts/{host}/bots` `{"lead", "client_id", "steps"}`: runs a bot of one step. 409 with the reason if it cannot be.
pub(super) async fn run(visit: &Visit<'_>) -> Answer {
    let json = &visit.call.json;
    let text = |name: &str| json[name].as_str().unwrap_or_default();
    let integration = visit.core.integration(text("client_id")).map_or("", |one| one.name.as_str());
    let lead = json["lead"].as_i64().unwrap_or_default();
    match bots::start(visit.core, visit.host, integration, lead, text("steps"), None).await {
        Ok(id) => Answer::json(200, &json!({ "continue_id": id })),
        Err(error) => wrong(409, &error),
    }
}
