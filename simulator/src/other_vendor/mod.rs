//! Another vendor's service: a second integration in the local amoCRM, which has a business's lines beside Parom or before it.
//! It is a stranger to both: it knows messengers and amoCRM by their protocols alone, over HTTP.
//!
//! ```text
//! messenger ── webhook ─▶ access ─▶ crm ── signed ─▶ amoCRM: its own channel for each messenger
//! messenger ◀─ its call ─ access ◀─ crm ◀── hook ─── a manager's answer in its chat
//! ```
//!
//! Texts alone; nothing is repeated by itself. What it carried is remembered, so that tests see what was lost or doubled.

mod access;
mod crm;
mod http;

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::{Context, Result, ensure};

use crate::crm::Sandbox;
use crate::kit::{Answer, Call, Now, Server, Shared, cut, system_clock};
use access::Line;
use crm::Account;

pub use access::Access;
pub use crm::{NAME, integration};

/// The largest body of a webhook.
const LARGEST: usize = 4 * 1024 * 1024;

#[derive(Clone)]
pub struct Options {
    /// Address of the local amoCRM; its configuration has [`integration`].
    pub amocrm: String,
    /// The clock for signatures: that of the local amoCRM.
    pub now: Now,
}

impl Options {
    pub fn of(amocrm: &str) -> Self {
        Self { amocrm: amocrm.to_owned(), now: system_clock() }
    }
}

/// A message that it received, and whether it could pass it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Kind of the messenger: `vk`.
    pub kind: String,
    /// The messenger's id of the chat.
    pub chat: String,
    /// The messenger's id, or amoCRM's of an answer.
    pub id: String,
    pub text: String,
    /// From amoCRM to the customer.
    pub is_answer: bool,
    /// The other side has it.
    pub is_done: bool,
    /// How often it came.
    pub came: usize,
}

#[derive(Default)]
struct State {
    account: Option<Account>,
    lines: Vec<Line>,
    carried: Vec<Carried>,
}

struct Core {
    options: Options,
    client: reqwest::Client,
    shared: Shared<State>,
}

/// A running service. It stops when dropped.
pub struct OtherVendor {
    core: Arc<Core>,
    server: Server,
}

impl OtherVendor {
    /// Serves at a free port of this machine. A rustls crypto provider must have been installed.
    pub async fn start(options: Options) -> Result<Self> {
        let client = crate::kit::client()?;
        let core = Arc::new(Core { options, client, shared: Shared::default() });
        let served = web::Data::new(Arc::clone(&core));
        let server = Server::start("the other vendor", "127.0.0.1:0", move |app| {
            app.app_data(served.clone()).default_service(web::to(serve));
        })?;
        Ok(Self { core, server })
    }

    /// The account's administrator installs it from the marketplace; its channels are connected then.
    pub async fn installed(&self, sandbox: &Sandbox, host: &str) -> Result<()> {
        sandbox.set_redirect_uri(NAME, &format!("{}/oauth", self.server.url));
        sandbox.set_hooks_url(NAME, &self.server.url);
        let answer = sandbox.install(host, NAME).await;
        ensure!(answer.status == Some(200), "the other vendor's installation was answered {:?}", answer.status);
        Ok(())
    }

    /// The business connects a line: its webhook is registered, and amoCRM gets a source. The line of the same kind before is
    /// forgotten.
    pub async fn connects(&self, access: Access) -> Result<()> {
        let kind = access.kind();
        let account = self.core.shared.state().account.clone().context("it is not installed")?;
        crm::keep_source(&self.core, &account, kind).await?;
        let hook = format!("{}/{kind}", self.server.url);
        let mut line = Line::of(access, hook);
        line.prepare(&self.core.client).await?;
        {
            let mut state = self.core.shared.state();
            state.lines.retain(|known| known.access.kind() != kind);
            state.lines.push(line.clone());
        }
        // VK asks for the code while it registers.
        line.register(&self.core.client).await
    }

    /// The business disconnects a line: its webhook is removed, and amoCRM's hooks about it are refused.
    pub async fn disconnects(&self, kind: &str) -> Result<()> {
        let line = self.core.line(kind).with_context(|| format!("it has no line of {kind}"))?;
        line.unregister(&self.core.client).await?;
        self.core.shared.state().lines.retain(|known| known.access.kind() != kind);
        self.core.shared.touch();
        Ok(())
    }

    /// What it received of a kind of messenger, in both directions, in order.
    pub fn carried(&self, kind: &str) -> Vec<Carried> {
        let state = self.core.shared.state();
        state.carried.iter().filter(|one| one.kind == kind).cloned().collect()
    }

    /// Evaluates `what` now and after every change until it returns a value or the time limit has passed. It never
    /// polls.
    pub async fn wait_for<T>(&self, what: impl Fn(&Self) -> Option<T>, limit: Duration) -> Option<T> {
        self.core.shared.wait_for(limit, || what(self)).await
    }

    /// Stops the server and waits until it has stopped.
    pub async fn stop(self) {
        self.server.handle.stop(true).await;
    }
}

impl Core {
    fn line(&self, kind: &str) -> Option<Line> {
        self.shared.state().lines.iter().find(|line| line.access.kind() == kind).cloned()
    }

    /// Notes that a message came; whether it has to be passed on.
    fn came(&self, new: Carried) -> bool {
        let mut state = self.shared.state();
        let is_same = |one: &&mut Carried| (&one.kind, &one.chat, &one.id) == (&new.kind, &new.chat, &new.id);
        match state.carried.iter_mut().find(is_same) {
            Some(known) => {
                known.came += 1;
                !known.is_done
            }
            None => {
                state.carried.push(new);
                true
            }
        }
    }

    fn done(&self, kind: &str, id: &str) {
        let mut state = self.shared.state();
        let of_it = state.carried.iter_mut().filter(|one| one.kind == kind && one.id == id);
        of_it.for_each(|one| one.is_done = true);
        drop(state);
        self.shared.touch();
    }
}

async fn serve(core: web::Data<Arc<Core>>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Some(call) = Call::read(&request, payload, LARGEST).await else { return cut() };
    let answer = match call.segments().as_slice() {
        ["oauth"] => crm::installed(&core, &call).await.map(|()| Answer::empty(200)),
        ["location", scope] => answered(&core, scope, &call).await,
        [kind] => received(&core, kind, &call).await,
        _ => Ok(Answer::empty(404)),
    };
    let answer = answer.unwrap_or_else(|error| {
        tracing::warn!(error = format!("{error:#}"), "the other vendor failed");
        Answer::empty(503)
    });
    answer.respond()
}

/// A webhook of a messenger: customers' messages go to amoCRM.
async fn received(core: &Core, kind: &str, call: &Call) -> Result<Answer> {
    let Some(line) = core.line(kind) else { return Ok(Answer::empty(404)) };
    if let Some(answer) = line.answers(call) {
        return Ok(answer);
    }
    let account = core.shared.state().account.clone().context("it is not installed")?;
    for message in line.read(&core.client, call).await? {
        let new = Carried {
            kind: kind.to_owned(),
            chat: message.chat.clone(),
            id: message.id.clone(),
            text: message.text.clone(),
            is_answer: false,
            is_done: false,
            came: 1,
        };
        if core.came(new) {
            crm::write(core, &account, kind, &message).await?;
            core.done(kind, &message.id);
        }
    }
    Ok(line.thanks())
}

/// A hook of amoCRM: a manager's text goes to the customer.
async fn answered(core: &Core, scope: &str, call: &Call) -> Result<Answer> {
    let Some(answer) = crm::read(scope, call) else { return Ok(Answer::empty(403)) };
    let Some(line) = core.line(answer.kind) else { return Ok(Answer::empty(404)) };
    let new = Carried {
        kind: answer.kind.to_owned(),
        chat: answer.chat.clone(),
        id: answer.id.clone(),
        text: answer.text.clone(),
        is_answer: true,
        is_done: false,
        came: 1,
    };
    if core.came(new) {
        line.send(&core.client, &answer.chat, &answer.text, &answer.id).await?;
        core.done(answer.kind, &answer.id);
        crm::report_delivered(core, scope, &answer.id).await?;
    }
    Ok(Answer::empty(200))
}
