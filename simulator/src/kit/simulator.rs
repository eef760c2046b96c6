//! The handle of a running simulator: start and stop, acts of people, what was sent, waiting.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use anyhow::Result;

use super::act::{Act, Content, Done, Verb};
use super::call::CallView;
use super::faults::Faults;
use super::id::Id;
use super::model::{Author, Notice, Person, State, Subscription};
use super::outbox::Hook;
use super::running::Server;
use super::view::MessageView;
use super::wire::{Core, Wire};
use super::{perform, sender, serve};

/// A running simulator. It stops when dropped; [`Simulator::stop`] also waits until it has stopped.
pub struct Simulator<W: Wire> {
    pub(crate) core: Arc<Core<W>>,
    server: Server,
}

impl<W: Wire> Simulator<W> {
    /// Serves at a free port of this machine, on the current tokio runtime until the handle is stopped or dropped. A rustls
    /// crypto provider must have been installed.
    pub async fn start(options: W) -> Result<Self> {
        let core = Arc::new(Core::new(options)?);
        let shared = web::Data::new(Arc::clone(&core));
        let server = Server::start(W::LOOK.title, "127.0.0.1:0", move |app| {
            app.app_data(shared.clone()).default_service(web::to(serve::serve::<W>));
        })?;
        core.change(|state| state.base.clone_from(&server.url));
        tokio::spawn(sender::run(Arc::downgrade(&core)));
        Ok(Self { core, server })
    }

    /// The address of its API and of its pages, `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.server.url
    }

    /// Stops the server and waits until it has stopped.
    pub async fn stop(self) {
        self.server.handle.stop(true).await;
    }

    /// Performs an act; `POST /acts` does the same with JSON. The error explains why nothing was done.
    pub fn act(&self, act: Act) -> Result<Done> {
        perform::perform(&self.core, &act)
    }

    pub fn customer(&self, who: i64, line: impl Into<Id>) -> Customer<'_, W> {
        let line = line.into();
        Customer { simulator: self, who, act: Act::default().who(who).line(line.clone()), line }
    }

    pub fn faults(&self) -> &Faults {
        &self.core.faults
    }

    /// Adds a person; `id` makes the id from a serial.
    pub(crate) fn add_person_with(&self, new: NewPerson, id: impl FnOnce(i64) -> i64) -> i64 {
        self.core.change(|state| {
            let id = id(state.next_serial());
            let NewPerson { first_name, last_name, username, phone } = new;
            state.people.insert(id, Person { id, first_name, last_name, username, phone, ..Person::default() });
            id
        })
    }

    fn views<'a>(&'a self, state: &'a State<W::Own>, line: &'a Id) -> impl Iterator<Item = MessageView> + use<'a, W> {
        let all = state.messages_of(line).into_iter();
        all.map(|(dialog, message)| MessageView::of::<W>(state, dialog, message))
    }

    /// What programs sent by a line in all dialogs, in order, with what they removed.
    pub fn sent(&self, line: impl Into<Id>) -> Vec<MessageView> {
        let line = line.into();
        self.core.read(|state| self.views(state, &line).filter(|view| view.author == Author::Line).collect())
    }

    /// What programs sent to a person, in order, with what they removed.
    pub fn sent_to(&self, line: impl Into<Id>, who: i64) -> Vec<MessageView> {
        self.history(line, who).into_iter().filter(|view| view.author == Author::Line).collect()
    }

    /// The private dialog of a person with a line, in order, with what was removed.
    pub fn history(&self, line: impl Into<Id>, who: i64) -> Vec<MessageView> {
        let line = line.into();
        let dialog = self.core.read(|state| state.private(&line, who).map(|dialog| dialog.id.clone()));
        dialog.map(|dialog| self.messages_in(dialog)).unwrap_or_default()
    }

    /// A dialog, in order, with what was removed.
    pub fn messages_in(&self, dialog: impl Into<Id>) -> Vec<MessageView> {
        let dialog = dialog.into();
        self.core.read(|state| {
            let Some(dialog) = state.dialog(&dialog) else { return Vec::new() };
            let view = |message| MessageView::of::<W>(state, dialog, message);
            dialog.messages.iter().map(view).collect()
        })
    }

    /// A message by its id, also if it was removed.
    pub fn message(&self, id: impl Into<Id>) -> Option<MessageView> {
        let id = id.into();
        self.core.read(|state| {
            let find = |dialog: &super::model::Dialog| dialog.messages.iter().position(|one| one.id == id);
            let (dialog, at) = state.dialogs.values().find_map(|dialog| Some((dialog, find(dialog)?)))?;
            Some(MessageView::of::<W>(state, dialog, dialog.messages.get(at)?))
        })
    }

    /// The calls with a token of this line, in order.
    pub fn calls(&self, line: impl Into<Id>) -> Vec<CallView> {
        let line = line.into();
        self.core.read(|state| state.calls.iter().filter(|call| call.line == line).cloned().collect())
    }

    /// All calls that were named, in order.
    pub fn all_calls(&self) -> Vec<CallView> {
        self.core.read(|state| state.calls.clone())
    }

    /// All webhooks ever made for a line.
    pub fn hooks(&self, line: impl Into<Id>) -> Vec<Hook> {
        let line = line.into();
        self.core.read(|state| state.outbox.all.iter().filter(|hook| hook.line == line).cloned().collect())
    }

    /// Activities of a line, such as typing: the dialog and the messenger's word, by dialog and in order.
    pub fn activities(&self, line: impl Into<Id>) -> Vec<(Id, String)> {
        let line = line.into();
        self.core.read(|state| {
            let of_line = state.dialogs.values().filter(|dialog| dialog.line == line);
            let all =
                of_line.flat_map(|dialog| dialog.activities.iter().map(|one| (dialog.id.clone(), one.name.clone())));
            all.collect()
        })
    }

    /// Answers to presses, in order.
    pub fn notices(&self, line: impl Into<Id>) -> Vec<Notice> {
        let line = line.into();
        self.core.read(|state| state.lines.get(&line).map(|line| line.notices.clone()).unwrap_or_default())
    }

    pub fn subscriptions(&self, line: impl Into<Id>) -> Vec<Subscription> {
        let line = line.into();
        self.core.read(|state| state.lines.get(&line).map(|line| line.subscriptions.clone()).unwrap_or_default())
    }

    /// Pauses the sender of webhooks; false resumes it.
    pub fn hold_hooks(&self, hold: bool) {
        self.core.hold(hold);
    }

    /// Waits until no webhook is due or being sent; returns the number of attempts, with the repeats.
    pub async fn deliver_all(&self) -> usize {
        let attempts = || self.core.read(|state| state.outbox.all.iter().map(|hook| hook.attempts).sum::<u32>());
        let before = attempts();
        self.core.shared.touch();
        self.core.shared.first(|| (!sender::is_busy(&self.core)).then_some(())).await;
        usize::try_from(attempts() - before).unwrap_or_default()
    }

    /// Evaluates `what` now and after every change until it returns a value or the time limit has passed. It never
    /// polls.
    pub async fn wait_for<T>(&self, what: impl Fn(&Self) -> Option<T>, limit: Duration) -> Option<T> {
        self.core.shared.wait_for(limit, || what(self)).await
    }

    /// Re-reads the clock after a test moved it.
    pub fn tick(&self) {
        self.core.shared.touch();
    }
}

#[derive(Clone, Debug)]
pub struct NewPerson {
    pub first_name: String,
    pub last_name: String,
    pub username: Option<String>,
    /// Digits with the country code.
    pub phone: String,
}

impl Default for NewPerson {
    fn default() -> Self {
        Self {
            first_name: "Maria".to_owned(),
            last_name: "Kovaleva".to_owned(),
            username: Some("maria_kov".to_owned()),
            phone: "79990000000".to_owned(),
        }
    }
}

/// A person at a line. Each act is complete when it returns; webhooks are called later.
pub struct Customer<'a, W: Wire> {
    simulator: &'a Simulator<W>,
    pub who: i64,
    pub line: Id,
    /// The person and the place, from which every act begins.
    act: Act,
}

impl<W: Wire> Customer<'_, W> {
    /// The same person at another place: `("group", -7)`.
    #[must_use]
    pub fn at(self, word: &str, id: impl Into<serde_json::Value>) -> Self {
        let act = Act::default().who(self.who).to(word, id);
        Self { act, ..self }
    }

    pub(crate) fn does(&self, verb: Verb, more: impl FnOnce(Act) -> Act) -> Result<Done> {
        self.simulator.act(more(Act { verb, ..self.act.clone() }))
    }

    pub fn does_own(&self, name: &str, more: impl FnOnce(Act) -> Act) -> Result<Done> {
        self.does(Verb::Own, |act| more(Act { name: name.to_owned(), ..act }))
    }

    /// The dialog of the person and the place, which may be made by it.
    pub fn dialog(&self) -> Result<Id> {
        let (core, act) = (&self.simulator.core, Act { verb: Verb::Read, ..self.act.clone() });
        core.change(|state| (W::HANDLERS.place)(state, &act))
    }

    /// Allows the line to write, with a payload unless it is empty.
    pub fn starts(&self, payload: &str) -> Result<()> {
        let payload = Some(payload.to_owned()).filter(|payload| !payload.is_empty());
        let with = |act: Act| if let Some(payload) = payload { act.with("payload", payload) } else { act };
        self.does(Verb::Start, with).map(drop)
    }

    /// Forbids the line to write.
    pub fn stops(&self) -> Result<()> {
        self.does(Verb::Stop, |act| act).map(drop)
    }

    pub fn blocks(&self) -> Result<()> {
        self.does(Verb::Block, |act| act).map(drop)
    }

    pub fn unblocks(&self) -> Result<()> {
        self.does(Verb::Unblock, |act| act).map(drop)
    }

    /// Writes a text; returns its id.
    pub fn writes(&self, text: &str) -> Result<W::Key> {
        self.sends(Content::text(text))
    }

    /// Sends any content; returns its id.
    pub fn sends(&self, content: Content) -> Result<W::Key> {
        self.does(Verb::Send, |act| act.content(content)).map(|done| done.message().into())
    }

    /// The same with fields of the messenger: a quote, a forward.
    pub fn sends_with(&self, content: Content, more: impl FnOnce(Act) -> Act) -> Result<W::Key> {
        self.does(Verb::Send, |act| more(act.content(content))).map(|done| done.message().into())
    }

    pub fn replies(&self, message: impl Into<Id>, text: &str) -> Result<W::Key> {
        self.does(Verb::Send, |act| act.content(Content::text(text)).reply_to(message))
            .map(|done| done.message().into())
    }

    pub fn edits(&self, message: impl Into<Id>, text: &str) -> Result<()> {
        self.does(Verb::Edit, |act| act.message(message).text(text)).map(drop)
    }

    pub fn removes(&self, message: impl Into<Id>) -> Result<()> {
        self.does(Verb::Remove, |act| act.message(message)).map(drop)
    }

    /// Reacts to a message; an empty text removes the reaction.
    pub fn reacts(&self, message: impl Into<Id>, emoji: &str) -> Result<()> {
        self.does(Verb::React, |act| act.message(message).with("emoji", emoji)).map(drop)
    }

    pub fn presses(&self, message: impl Into<Id>, title: &str) -> Result<Id> {
        self.does(Verb::Press, |act| act.message(message).with("title", title)).map(|done| done.id)
    }

    pub fn reads(&self) -> Result<()> {
        self.does(Verb::Read, |act| act).map(drop)
    }

    pub fn types(&self) -> Result<()> {
        self.does(Verb::Type, |act| act).map(drop)
    }
}
