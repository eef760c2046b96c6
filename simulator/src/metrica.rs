//! A small Yandex Metrica: uploads of offline conversions, and their list
//! (<https://yandex.com/dev/metrika/en/management/openapi/offline_conversions/upload_1>).

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use serde_json::{Value, json};

use crate::desk::{self, Desk};
use crate::kit::{Answer, Call, Fault, Faults, Frame, Look, Now, PLAIN, Server, Shared};

/// A counter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counter {
    token: String,
    goal: String,
    uploads: Vec<Upload>,
}

/// A file that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub comment: String,
    /// `CLIENT_ID`, `YCLID`, …
    pub client_id_type: String,
    pub file: String,
}

/// The counters by their numbers.
pub(crate) type Counters = BTreeMap<String, Counter>;

pub(crate) struct Office {
    counters: Shared<Counters>,
    faults: Faults,
    now: Now,
}

/// A running Metrica. It stops when dropped.
pub struct Metrica {
    office: Arc<Office>,
    server: Server,
}

impl Metrica {
    /// Serves at a free port of this machine, on the current tokio runtime.
    pub fn start(now: Now) -> Result<Self> {
        let office = Arc::new(Office { counters: Shared::default(), faults: Faults::default(), now });
        let server = desk::start(&office)?;
        Ok(Self { office, server })
    }

    /// Its address, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.server.url
    }

    /// A counter with one goal, to which this token gives access; the token is replaced if there is one.
    pub fn add_counter(&self, id: &str, goal: &str, token: &str) {
        let mut counters = self.office.counters.state();
        let counter = counters.entry(id.to_owned()).or_default();
        token.clone_into(&mut counter.token);
        goal.clone_into(&mut counter.goal);
    }

    /// What was uploaded to a counter.
    pub fn uploads_of(&self, id: &str) -> Vec<Upload> {
        self.office.counters.state().get(id).map(|counter| counter.uploads.clone()).unwrap_or_default()
    }

    /// Faults of `upload` and `uploadings`.
    pub fn faults(&self) -> &Faults {
        &self.office.faults
    }
}

impl Desk for Office {
    type State = Counters;

    const LOOK: Look = Look { title: "Metrica", class: "metrica", ..PLAIN };

    fn shared(&self) -> &Shared<Counters> {
        &self.counters
    }

    fn faults(&self) -> &Faults {
        &self.faults
    }

    async fn answer(&self, call: &Call, _frame: Frame) -> Option<Answer> {
        let (method, path) = (call.method.clone(), call.segments());
        let ["management", "v1", "counter", id, "offline_conversions", edge] = path.as_slice() else {
            return Some(Answer::empty(404));
        };
        let mut is_cut = false;
        for fault in self.faults.take(edge, None).await {
            match fault {
                Fault::Refuse { status, message, .. } => return Some(refused(status, &message)),
                Fault::ResetAfter => is_cut = true,
                _ => return None,
            }
        }
        let answer = match (method.as_str(), *edge) {
            ("POST", "upload") => self.upload(id, call),
            ("GET", "uploadings") => self.counter(id, call).map(|counter| listed(&counter)),
            _ => Err(refused(405, "Method not allowed")),
        };
        Some(answer.unwrap_or_else(|refusal| refusal)).filter(|_| !is_cut)
    }
}

impl Office {
    /// The counter, if the token gives access to it.
    fn counter(&self, id: &str, call: &Call) -> Result<Counter, Answer> {
        let counter = self.counters.state().get(id).cloned();
        let token = call.header("authorization").and_then(|given| given.strip_prefix("OAuth ")).unwrap_or_default();
        let known = counter.filter(|counter| counter.token == token);
        known.ok_or_else(|| refused(403, "Access is denied"))
    }

    fn upload(&self, id: &str, call: &Call) -> Result<Answer, Answer> {
        let counter = self.counter(id, call)?;
        let file = call.part("file").map(|part| String::from_utf8_lossy(&part.bytes).into_owned());
        let file = file.ok_or_else(|| refused(400, "File is not specified"))?;
        self.check(&counter, &file).map_err(|words| refused(400, words))?;
        let of_query = |name: &str| call.query(name).unwrap_or_default().to_owned();
        let upload = Upload { comment: of_query("comment"), client_id_type: of_query("client_id_type"), file };
        let answer = Answer::json(200, &json!({ "uploading": shown(&upload) }));
        if let Some(known) = self.counters.state().get_mut(id) {
            known.uploads.push(upload);
        }
        self.counters.touch();
        Ok(answer)
    }

    /// Columns, goals and times, as far as a file can be judged at once.
    fn check(&self, counter: &Counter, file: &str) -> Result<(), &'static str> {
        let mut lines = file.lines();
        let columns: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let at = |name: &str| columns.iter().position(|column| column.eq_ignore_ascii_case(name));
        let id =
            ["ClientId", "UserId", "Yclid", "PurchaseId"].into_iter().find_map(at).ok_or("No column with an ID")?;
        let (goal, time) = at("Target").zip(at("DateTime")).ok_or("No column Target or DateTime")?;
        let now = (self.now)().timestamp();
        for line in lines {
            let values: Vec<&str> = line.split(',').collect();
            let value = |place: usize| values.get(place).copied().unwrap_or_default();
            let is_past = value(time).parse::<i64>().is_ok_and(|at| at <= now);
            if values.len() != columns.len() || value(id).is_empty() || value(goal) != counter.goal || !is_past {
                return Err("Incorrect line");
            }
        }
        Ok(())
    }
}

fn shown(upload: &Upload) -> Value {
    json!({ "comment": upload.comment, "client_id_type": upload.client_id_type, "status": "UPLOADED", "type": "BASIC" })
}

fn listed(counter: &Counter) -> Answer {
    Answer::json(200, &json!({ "uploadings": counter.uploads.iter().map(shown).collect::<Vec<_>>() }))
}

fn refused(status: u16, words: &str) -> Answer {
    Answer::json(status, &json!({ "errors": [{ "message": words }], "code": status, "message": words }))
}
