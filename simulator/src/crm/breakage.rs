//! Faults that can be injected from outside, in one syntax for the command line, the HTTP API and the page: `name`,
//! `name=value`, and for one account only, `name=value@host`.

use std::{fmt, str::FromStr, time::Duration};

use anyhow::{Context, Error, Result, bail};

use super::core::Core;
use super::exchange::is_host;
use super::faults::{Fault, HookFault, HookKind};
use super::state::{Account, State, Switches};

/// The value of a fault after `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    /// A number, with this default.
    Number(u64),
    /// The new host of an account.
    Host,
}

/// The requests that a fault affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Everything,
    Accounts,
}

/// Name, value, reach, and the key of its words on the page – what it is called, a colon, what it does –, if it is there.
pub(crate) type Kind = (&'static str, Takes, Reach, &'static str);

pub(crate) const KINDS: [Kind; 25] = [
    ("slow", Takes::Number(5), Reach::Everything, "break_slow"), // every call is answered this many seconds late
    ("reset", Takes::Nothing, Reach::Everything, "break_down"), // every connection is dropped before the call is processed
    ("status", Takes::Number(503), Reach::Everything, "break_status"), // every call is answered with this status
    ("html", Takes::Nothing, Reach::Everything, "break_html"),  // every call is answered 200 with HTML
    ("lost-answers", Takes::Nothing, Reach::Everything, "break_lost_answers"), // every call is processed, its answer lost
    ("limits", Takes::Nothing, Reach::Everything, "limits_on"), // 7 requests a second, then 429, then a ban
    ("lost-hooks", Takes::Nothing, Reach::Everything, "lost_hooks"), // hooks are never sent
    ("doubled-hooks", Takes::Nothing, Reach::Everything, "doubled_hooks"), // hooks are sent twice
    ("reordered-hooks", Takes::Nothing, Reach::Everything, "reordered_hooks"), // every other hook is sent after the next one
    ("late-hooks", Takes::Number(3), Reach::Everything, "late_hooks"),         // hooks are sent this many seconds late
    ("unpaid", Takes::Nothing, Reach::Accounts, "break_unpaid"),               // REST and tokens: 402
    ("blocked", Takes::Nothing, Reach::Accounts, "break_blocked"),             // REST and tokens: 403
    ("page", Takes::Number(502), Reach::Accounts, "break_page_code"), // REST and tokens: a gateway's page with this status
    ("429", Takes::Number(30), Reach::Accounts, "break_too_many"), // REST and tokens: 429 with a wait of this many seconds
    ("no-unsorted", Takes::Nothing, Reach::Accounts, "unsorted_off"), // new chats become leads at once
    ("no-filters", Takes::Nothing, Reach::Accounts, ""),           // lists ignore filters, and the account says so
    ("external-history", Takes::Nothing, Reach::Accounts, ""), // integrations read each other's chats, as Kommo's add-on lets them
    ("old-signatures", Takes::Nothing, Reach::Accounts, ""),   // the Chats API takes signatures of the body alone
    ("nameless-hooks", Takes::Nothing, Reach::Accounts, ""),   // hooks of chats without names, as in the samples
    ("whole-profiles", Takes::Nothing, Reach::Accounts, ""),   // … with phone and e-mail even if they are empty
    ("bare-messages", Takes::Nothing, Reach::Accounts, ""),    // … without empty markup and media_group_id
    ("no-line-feed", Takes::Nothing, Reach::Accounts, ""),     // … without a line feed after the signed body
    ("expired-tokens", Takes::Nothing, Reach::Accounts, "expire_access"), // access tokens have expired
    ("expired-refresh", Takes::Nothing, Reach::Accounts, "expire_refresh"), // refresh tokens have expired
    ("renamed", Takes::Host, Reach::Accounts, ""),             // the account gets this host
];

/// One fault, as named by `parom sandbox --fault`, `POST /faults` and the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakage {
    name: &'static str,
    number: u64,
    new_host: Option<String>,
    /// The account concerned; `None`: all accounts.
    host: Option<String>,
}

impl FromStr for Breakage {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (what, host) = match text.split_once('@') {
            Some((what, host)) => (what, Some(host.to_ascii_lowercase())),
            None => (text, None),
        };
        let (name, value) = match what.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (what, None),
        };
        let known = KINDS.iter().find(|kind| kind.0 == name);
        let (name, takes, reach, _) = known.with_context(|| format!("{name:?} is not one of: {}", Self::names()))?;
        if host.is_some() && *reach == Reach::Everything {
            bail!("{name} concerns every account, so it can't name one");
        }
        let mut breakage = Self { name, number: 0, new_host: None, host };
        match (takes, value) {
            (Takes::Nothing, None) => {}
            (Takes::Nothing, Some(_)) => bail!("{name} takes no value"),
            (Takes::Number(usual), None) => breakage.number = *usual,
            (Takes::Number(_), Some(value)) => {
                breakage.number = value.parse().with_context(|| format!("{name} takes a whole number"))?;
            }
            (Takes::Host, value) => {
                let new = value.map(str::to_ascii_lowercase).filter(|host| is_host(host));
                breakage.new_host = Some(new.with_context(|| format!("{name} takes a host such as new.amocrm.ru"))?);
            }
        }
        Ok(breakage)
    }
}

impl fmt::Display for Breakage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)?;
        match (&self.new_host, self.number) {
            (Some(host), _) => write!(formatter, "={host}")?,
            (None, 0) => {}
            (None, number) => write!(formatter, "={number}")?,
        }
        self.host.iter().try_for_each(|host| write!(formatter, "@{host}"))
    }
}

/// A kind of fault as it is written, with its default value.
pub(crate) fn usual((name, takes, ..): &Kind) -> String {
    match takes {
        Takes::Nothing => (*name).to_owned(),
        Takes::Number(usual) => format!("{name}={usual}"),
        Takes::Host => format!("{name}=HOST"),
    }
}

impl Breakage {
    /// All names with their default values: `slow=5, status=503, html, …`.
    pub fn names() -> String {
        KINDS.iter().map(usual).collect::<Vec<_>>().join(", ")
    }

    /// The same fault for one account, unless it names one or concerns all.
    pub(crate) fn about(mut self, host: &str) -> Self {
        let of_accounts = KINDS.iter().any(|kind| kind.0 == self.name && kind.2 == Reach::Accounts);
        if of_accounts && self.host.is_none() {
            self.host = Some(host.to_owned());
        }
        self
    }

    /// Applies the fault.
    pub(crate) fn apply(&self, core: &Core) -> Result<()> {
        match self.name {
            "slow" => core.faults.until_cleared("*", Fault::Delay(Duration::from_secs(self.number))),
            "status" => {
                let code = u16::try_from(self.number).ok().filter(|code| (400..600).contains(code));
                let code = code.context("status takes 400 to 599")?;
                core.faults.until_cleared("*", Fault::Status { code, retry_after: None });
            }
            "html" => core.faults.until_cleared("*", Fault::Html200),
            "reset" => core.faults.until_cleared("*", Fault::Reset),
            "lost-answers" => core.faults.until_cleared("*", Fault::LostAnswer),
            "lost-hooks" => Self::hooks(core, HookFault::Lost),
            "doubled-hooks" => Self::hooks(core, HookFault::Doubled),
            "reordered-hooks" => Self::hooks(core, HookFault::Reordered),
            "late-hooks" => Self::hooks(core, HookFault::Late(Duration::from_secs(self.number))),
            "limits" => core.change(|state| state.rates.on = true),
            "renamed" => return self.rename(core),
            "expired-tokens" => self.tokens(core, |state, id| state.grants.drop_access(id))?,
            "expired-refresh" => self.tokens(core, |state, id| state.grants.drop_refresh(id))?,
            _ => self.switch(core)?,
        }
        core.shared.touch();
        Ok(())
    }

    fn hooks(core: &Core, fault: HookFault) {
        for kind in [HookKind::Chats, HookKind::Crm] {
            core.faults.hooks_until_cleared(kind, fault);
        }
    }

    fn accounts<'a>(&self, state: &'a mut State) -> Result<Vec<&'a mut Account>> {
        let wanted = |account: &&mut Account| self.host.as_ref().is_none_or(|host| *host == account.host);
        let found: Vec<_> = state.accounts.values_mut().filter(wanted).collect();
        match &self.host {
            Some(host) if found.is_empty() => bail!("there is no account {host}"),
            _ => Ok(found),
        }
    }

    fn tokens(&self, core: &Core, drop: impl Fn(&mut State, i64)) -> Result<()> {
        core.change(|state| {
            let ids: Vec<i64> = self.accounts(state)?.iter().map(|account| account.id).collect();
            ids.into_iter().for_each(|id| drop(state, id));
            Ok(())
        })
    }

    fn rename(&self, core: &Core) -> Result<()> {
        let new = self.new_host.as_ref().context("renamed takes a host")?;
        core.change(|state| {
            if state.accounts.contains_key(new) {
                bail!("there is an account {new} already");
            }
            let found = self.accounts(state)?;
            match found.as_slice() {
                [one] => {
                    let old = one.host.clone();
                    state.rename(&old, new);
                    Ok(())
                }
                _ => bail!("which account has the host {new} now? Name it: renamed={new}@old.amocrm.ru"),
            }
        })
    }

    fn switch(&self, core: &Core) -> Result<()> {
        let status = u16::try_from(self.number).ok();
        if self.name == "page" && !status.is_some_and(|status| (400..600).contains(&status)) {
            bail!("page takes 400 to 599");
        }
        let set = |switches: &mut Switches| match self.name {
            "429" => switches.too_many = Some(self.number),
            "page" => switches.page = status,
            name => {
                if let Some((_, flag)) = flags(switches).into_iter().find(|(known, _)| *known == name) {
                    *flag = true;
                }
            }
        };
        core.change(|state| {
            self.accounts(state)?.into_iter().for_each(|account| set(&mut account.switches));
            Ok(())
        })
    }
}

/// The switches that are on or off, by the names of their faults.
fn flags(switches: &mut Switches) -> [(&'static str, &mut bool); 10] {
    let samples = &mut switches.samples;
    [
        ("unpaid", &mut switches.unpaid),
        ("blocked", &mut switches.blocked),
        ("no-unsorted", &mut switches.no_unsorted),
        ("no-filters", &mut switches.no_filters),
        ("external-history", &mut switches.external_history),
        ("old-signatures", &mut switches.old_signatures),
        ("nameless-hooks", &mut samples.no_names),
        ("whole-profiles", &mut samples.empty_profile),
        ("bare-messages", &mut samples.no_empty_fields),
        ("no-line-feed", &mut samples.no_line_feed),
    ]
}

/// Removes every fault that can be removed: expired tokens stay expired, and a renamed account keeps its host.
pub(crate) fn mend(core: &Core) {
    core.faults.clear();
    core.change(|state| {
        state.rates.on = false;
        state.rates.forgive();
        state.settings.lose_install_calls = false;
        for account in state.accounts.values_mut() {
            let archived = std::mem::take(&mut account.switches.archived);
            account.switches = Switches { archived, ..Switches::default() };
        }
    });
}

/// Whether an account has a fault of this name.
pub(crate) fn is_on(core: &Core, state: &State, account: &Account, name: &str) -> bool {
    match name {
        "limits" => state.rates.on,
        "429" => account.switches.too_many.is_some(),
        "page" => account.switches.page.is_some(),
        _ => {
            let is_set = core.faults.named().iter().any(|one| name_of(one) == name);
            is_set || flags(&mut account.switches.clone()).iter().any(|(known, on)| *known == name && **on)
        }
    }
}

/// Removes the faults of this name, as far as they concern this account.
pub(crate) fn mend_one(core: &Core, host: &str, name: &str) {
    core.faults.mend(|one| name_of(one) == name);
    core.change(|state| {
        if name == "limits" {
            state.rates.on = false;
            state.rates.forgive();
        }
        let Some(account) = state.accounts.get_mut(host) else { return };
        match name {
            "429" => account.switches.too_many = None,
            "page" => account.switches.page = None,
            _ => {
                for (_, on) in flags(&mut account.switches).into_iter().filter(|(known, _)| *known == name) {
                    *on = false;
                }
            }
        }
    });
}

/// The name of a fault as it is written, or as a line says what it concerns.
pub(crate) fn name_of(fault: &str) -> &str {
    let fault = fault.rsplit(": ").next().unwrap_or_default();
    fault.split(['=', '@']).next().unwrap_or_default()
}

/// The current faults, in the syntax where they have one.
pub(crate) fn now(core: &Core, state: &State) -> Vec<String> {
    let mut all = core.faults.describe();
    let rates = [(state.rates.on, "limits"), (state.rates.banned, "banned")];
    all.extend(rates.into_iter().filter(|(on, _)| *on).map(|(_, name)| name.to_owned()));
    for Account { host, switches, .. } in state.accounts.values() {
        let numbered = [("429", switches.too_many), ("page", switches.page.map(u64::from))];
        all.extend(numbered.iter().filter_map(|(name, value)| Some(format!("{name}={}@{host}", (*value)?))));
        let mut switches = switches.clone();
        all.extend(flags(&mut switches).iter().filter(|(_, on)| **on).map(|(name, _)| format!("{name}@{host}")));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breakage_is_printed_as_it_was_written() {
        for text in
            ["slow=7", "status=503", "html", "429=30@acme.amocrm.ru", "unpaid", "renamed=new.amocrm.ru@old.amocrm.ru"]
        {
            assert_eq!(text.parse::<Breakage>().unwrap().to_string(), text);
        }
        assert_eq!("page@a.kommo.com".parse::<Breakage>().unwrap().to_string(), "page=502@a.kommo.com");
    }

    #[test]
    fn an_invalid_breakage_is_refused_with_a_reason() {
        for (text, reason) in [
            ("fire", "\"fire\" is not one of: slow=5, "),
            ("html=1", "html takes no value"),
            ("slow=soon", "slow takes a whole number"),
            ("slow@acme.amocrm.ru", "slow concerns every account, so it can't name one"),
            ("renamed", "renamed takes a host such as new.amocrm.ru"),
        ] {
            let error = text.parse::<Breakage>().unwrap_err().to_string();
            assert!(error.starts_with(reason), "{error}");
        }
    }
}
