//! What is broken: faults of requests and of hooks, on the kit's rules.

use std::time::Duration;

use crate::kit::{self, Breaks};

/// The requests that a fault affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `POST /v2/origin/custom/{scope_id}`: messages and edits.
    Message,
    /// `POST …/{scope_id}/chats`.
    CreateChat,
    /// `GET …/chats/{id}/history`.
    History,
    /// `POST …/{message}/delivery_status`.
    Status,
    /// `POST …/{channel_id}/connect`.
    Connect,
    /// `DELETE …/{channel_id}/disconnect`.
    Disconnect,
    /// `POST …/{scope_id}/typing`.
    Typing,
    /// `POST …/{scope_id}/react`.
    Reaction,
    /// `/oauth2/access_token` and the look-up of a renamed account.
    Token,
    /// Everything under `/api/v4`.
    Rest,
}

impl AsRef<str> for Part {
    fn as_ref(&self) -> &str {
        match self {
            Self::Message => "Message",
            Self::CreateChat => "CreateChat",
            Self::History => "History",
            Self::Status => "Status",
            Self::Connect => "Connect",
            Self::Disconnect => "Disconnect",
            Self::Typing => "Typing",
            Self::Reaction => "Reaction",
            Self::Token => "Token",
            Self::Rest => "Rest",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookKind {
    /// Hooks of the Chats API: signed JSON.
    Chats,
    /// CRM hooks: forms.
    Crm,
}

impl AsRef<str> for HookKind {
    fn as_ref(&self) -> &str {
        match self {
            Self::Chats => "Chats hooks",
            Self::Crm => "Crm hooks",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFault {
    Lost,
    /// It is sent twice, one after the other.
    Doubled,
    /// It is held back and sent right after the next hook of its kind.
    Reordered,
    /// It is sent after this time.
    Late(Duration),
}

#[derive(Clone, Debug)]
pub enum Fault {
    /// Processing starts only after this time.
    Delay(Duration),
    /// amoCRM's own answer with this status, and nothing is processed.
    Status {
        code: u16,
        /// Seconds for the `Retry-After` header.
        retry_after: Option<u64>,
    },
    /// Status 200 with an HTML page, as gateways send; nothing is processed.
    Html200,
    /// An HTML page with this status, as gateways and amoCRM's protection send; nothing is processed.
    Page(u16),
    /// The connection is dropped without an answer; nothing is processed.
    Reset,
    /// The request is processed, then the connection is dropped without an answer.
    LostAnswer,
    /// The request is processed, the answer breaks off in the middle of its body.
    HalfBody,
    #[doc(hidden)]
    Hook(HookFault),
}

impl Breaks for Fault {
    fn only_delays(&self) -> bool {
        matches!(self, Self::Delay(_))
    }

    /// The fault as the page and `--fault` name it.
    fn describe(&self) -> String {
        match self {
            Self::Delay(time) => format!("slow={}", time.as_secs()),
            Self::Status { code, .. } => format!("status={code}"),
            Self::Html200 => "html".to_owned(),
            Self::Page(code) => format!("page={code}"),
            Self::Reset => "reset".to_owned(),
            Self::LostAnswer => "lost-answers".to_owned(),
            Self::HalfBody => "half-bodies".to_owned(),
            Self::Hook(HookFault::Lost) => "lost-hooks".to_owned(),
            Self::Hook(HookFault::Doubled) => "doubled-hooks".to_owned(),
            Self::Hook(HookFault::Reordered) => "reordered-hooks".to_owned(),
            Self::Hook(HookFault::Late(time)) => format!("late-hooks={}", time.as_secs()),
        }
    }
}

/// All faults of a local amoCRM, applied in the order in which they were added.
pub type Faults = kit::Faults<Fault>;
pub use kit::Gate;

fn contains(body: &[u8], needle: &str) -> bool {
    needle.is_empty() || body.windows(needle.len()).any(|window| window == needle.as_bytes())
}

impl Faults {
    /// Applies the fault to the next `count` requests of this part whose body contains `needle`.
    pub fn next_with(&self, part: Part, needle: &str, count: usize, fault: Fault) {
        self.next_to(needle, part, count, fault);
    }

    /// Applies the fault to every request of this part whose body contains `needle` until it is cleared.
    pub fn until_cleared_with(&self, part: Part, needle: &str, fault: Fault) {
        self.add(part.as_ref(), Some(needle.to_owned()), None, fault);
    }

    /// Blocks every request of this part whose body contains `needle` until the returned gate is opened or dropped.
    pub fn hold_with(&self, part: Part, needle: &str) -> Gate {
        self.hold_to(part, Some(needle.to_owned()))
    }

    /// Applies the fault to the next `count` hooks of this kind.
    pub fn next_hooks(&self, kind: HookKind, count: usize, fault: HookFault) {
        self.next(kind, count, Fault::Hook(fault));
    }

    /// Applies the fault to every hook of this kind until it is cleared.
    pub fn hooks_until_cleared(&self, kind: HookKind, fault: HookFault) {
        self.until_cleared(kind, Fault::Hook(fault));
    }

    /// Takes the faults of this request, and waits at its gates.
    pub(crate) async fn take_of(&self, part: Part, body: &[u8]) -> Vec<Fault> {
        let fits = |call: &str, needle: Option<&str>, fault: Option<&Fault>| {
            let is_hook = matches!(fault, Some(Fault::Hook(_)));
            !is_hook && (call == "*" || call == part.as_ref()) && needle.is_none_or(|needle| contains(body, needle))
        };
        self.take_where(fits).await
    }

    /// Takes the fault of the next hook of this kind.
    pub(crate) async fn take_hook_of(&self, kind: HookKind) -> Option<HookFault> {
        let met = self.take_where(|call, _, fault| call == kind.as_ref() && fault.is_some()).await;
        met.into_iter().find_map(|fault| if let Fault::Hook(fault) = fault { Some(fault) } else { None })
    }
}
