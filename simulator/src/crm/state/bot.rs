//! A Salesbot that stopped at a step of a widget, and how it goes on: the conditions and exits that the widget wrote.

use serde_json::Value;

use super::Account;
use crate::crm::log::HookAnswer;

/// A bot that runs for a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct BotRun {
    pub bot_id: i64,
    /// Of the widget whose steps it has.
    pub integration: String,
    /// Of its stop at the widget's step.
    pub continue_id: i64,
    pub lead_id: i64,
    /// What the designer stored: the widget's text, read.
    pub steps: Value,
    /// What the widget's server was sent.
    pub data: Value,
    /// Whether it took that.
    pub answer: Option<HookAnswer>,
    /// It was not continued yet.
    pub waits: bool,
    /// What it was continued with.
    pub told: Value,
    /// The exit of the widget's step that it took.
    pub exit: Option<String>,
}

impl BotRun {
    /// Runs a list of handlers; false after an exit.
    fn run(&mut self, handlers: &[Value], depth: usize) -> bool {
        for handler in handlers {
            let params = &handler["params"];
            let goes_on = match handler["handler"].as_str().unwrap_or_default() {
                "goto" if depth < 10 => {
                    let step =
                        params["step"].as_u64().and_then(|step| usize::try_from(step).ok()).unwrap_or(usize::MAX);
                    let next = self.steps.get(step).map(questions).unwrap_or_default();
                    self.run(&next, depth + 1);
                    false
                }
                "conditions" => {
                    let holds = |one: &Value| self.filled(&one["term1"]) == self.filled(&one["term2"]);
                    let all = params["conditions"].as_array().is_some_and(|all| all.iter().all(holds));
                    let result = params["result"].as_array().cloned().unwrap_or_default();
                    !all || self.run(&result, depth)
                }
                "exits" => {
                    self.exit = params["value"].as_str().map(str::to_owned);
                    false
                }
                _ => true,
            };
            if !goes_on {
                return false;
            }
        }
        true
    }

    /// `{{json.NAME}}` by what the bot was continued with.
    fn filled(&self, term: &Value) -> String {
        let text = term.as_str().unwrap_or_default();
        match text.strip_prefix("{{json.").and_then(|rest| rest.strip_suffix("}}")) {
            Some(name) => match &self.told[name] {
                Value::String(value) => value.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            },
            None => text.to_owned(),
        }
    }
}

pub(crate) fn questions(step: &Value) -> Vec<Value> {
    step["question"].as_array().cloned().unwrap_or_default()
}

/// `POST /api/v4/salesbot/{bot_id}/continue/{continue_id}`; false if no such bot waits.
pub(crate) fn go_on(account: &mut Account, bot_id: i64, continue_id: i64, told: &Value) -> bool {
    let waits = |bot: &&mut BotRun| (bot.bot_id, bot.continue_id, bot.waits) == (bot_id, continue_id, true);
    let Some(bot) = account.bots.iter_mut().find(waits) else { return false };
    bot.waits = false;
    bot.told = told.clone();
    let first = bot.steps.get(0).map(questions).unwrap_or_default();
    let rest = first.iter().position(|one| one["handler"] == "widget_request").map_or(0, |place| place + 1);
    bot.run(first.get(rest..).unwrap_or_default(), 0);
    true
}
