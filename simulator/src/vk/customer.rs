//! Actions for tests.

use anyhow::Result;

use super::{
    act::{Act, Content, Done, Place, perform},
    vk::Vk,
};

impl Vk {
    /// Performs an action; its events are sent later.
    pub fn act(&self, act: Act) -> Result<Done> {
        perform(&self.core, act)
    }

    /// A person writes a text to a community. Returns its `cmid`.
    pub fn writes(&self, who: i64, community: i64, text: &str) -> Result<i64> {
        self.sends(who, community, Content::text(text))
    }

    /// A person sends any content to a community. Returns its `cmid`.
    pub fn sends(&self, who: i64, community: i64, content: Content) -> Result<i64> {
        let with = Box::default();
        Ok(self.act(Act::Send { who, to: Place::Community(community), content, with })?.id)
    }
}
