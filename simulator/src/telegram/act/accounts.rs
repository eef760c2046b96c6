//! Blocking bots, forbidding voice messages, deleting accounts.

use anyhow::{Context, Result};

use super::Done;
use crate::telegram::state::{Place, State};

impl State {
    pub(super) fn block(&mut self, who: i64, bot: i64) -> Result<Done> {
        self.people.get(&who).context("no such person")?;
        if self.bots.get_mut(&bot).context("no such bot")?.blocked.insert(who) {
            self.tell_member(bot, &Place::Private { bot, person: who }, who, ("member", "kicked"));
        }
        Ok(Done::default())
    }

    pub(super) fn unblock(&mut self, who: i64, bot: i64) -> Result<Done> {
        self.people.get(&who).context("no such person")?;
        if self.bots.get_mut(&bot).context("no such bot")?.blocked.remove(&who) {
            self.tell_member(bot, &Place::Private { bot, person: who }, who, ("kicked", "member"));
        }
        Ok(Done::default())
    }

    pub(super) fn forbid_voice(&mut self, who: i64, forbidden: bool) -> Result<Done> {
        self.people.get_mut(&who).context("no such person")?.forbids_voice = forbidden;
        Ok(Done::default())
    }

    pub(super) fn delete_account(&mut self, who: i64) -> Result<Done> {
        self.people.get_mut(&who).context("no such person")?.is_deleted = true;
        Ok(Done::default())
    }
}
