//! The integrations in use: those of the file, and those that the vendor stored while the server runs.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use super::{Channel, Config, Integration};

/// The integrations in use. Each look sees one whole list; a later one may see another. What was found stays as it is
/// for as long as it is held.
#[derive(Debug)]
pub struct Integrations {
    list: RwLock<Lists>,
}

#[derive(Debug)]
struct Lists {
    file: Vec<Arc<Integration>>,
    stored: Vec<Arc<Integration>>,
    all: Arc<[Arc<Integration>]>,
}

/// A channel, held together with its integration.
#[derive(Clone, Debug)]
pub struct ConfiguredChannel {
    integration: Arc<Integration>,
    place: usize,
}

impl Deref for ConfiguredChannel {
    type Target = Channel;

    fn deref(&self) -> &Channel {
        &self.integration.channels[self.place]
    }
}

impl Integrations {
    /// Those of the file.
    pub fn new(config: &Config) -> Self {
        let file: Vec<_> = config.integrations.iter().cloned().map(Arc::new).collect();
        Self { list: RwLock::new(Lists { stored: Vec::new(), all: file.clone().into(), file }) }
    }

    /// All, the file's first.
    pub fn all(&self) -> Arc<[Arc<Integration>]> {
        self.list.read().unwrap_or_else(PoisonError::into_inner).all.clone()
    }

    /// [`Integration::ancestors`] of all, for pages that no account is known of.
    pub fn ancestors(&self) -> String {
        let hosts: Vec<String> = self.all().iter().map(|one| one.ancestors(None)).collect();
        if hosts.is_empty() { "'none'".to_owned() } else { hosts.join(" ") }
    }

    /// The integration with this name.
    pub fn named(&self, name: &str) -> Option<Arc<Integration>> {
        self.all().iter().find(|one| one.name == name).cloned()
    }

    /// The integration with this `client_id`.
    pub fn by_client_id(&self, client_id: &str) -> Option<Arc<Integration>> {
        self.all().iter().find(|one| one.client_id == client_id).cloned()
    }

    /// The channel whose id is spelt like this, with its integration; ids are unique over all integrations.
    pub fn channel(&self, id: &str) -> Option<(Arc<Integration>, ConfiguredChannel)> {
        self.channel_where(|channel| channel.id == id)
    }

    /// The channel with this id in any spelling, with its integration.
    pub fn channel_by_uuid(&self, id: Uuid) -> Option<(Arc<Integration>, ConfiguredChannel)> {
        self.channel_where(|channel| Uuid::parse_str(&channel.id).is_ok_and(|own| own == id))
    }

    fn channel_where(&self, is_it: impl Fn(&Channel) -> bool) -> Option<(Arc<Integration>, ConfiguredChannel)> {
        self.all().iter().find_map(|one| {
            let place = one.channels.iter().position(&is_it)?;
            Some((one.clone(), ConfiguredChannel { integration: one.clone(), place }))
        })
    }

    /// An integration whose brand all others have too, for pages on which the account is not known yet.
    pub fn of_one_brand(&self) -> Option<Arc<Integration>> {
        let all = self.all();
        let first = all.first()?;
        all.iter().all(|one| one.brand == first.brand).then(|| first.clone())
    }

    /// The platforms' names, `amoCRM, Kommo`; amoCRM if there is no integration.
    pub fn brands(&self) -> String {
        let brands: BTreeSet<&str> = self.all().iter().map(|one| one.platform.brand()).collect();
        if brands.is_empty() { "amoCRM".to_owned() } else { Vec::from_iter(brands).join(", ") }
    }

    /// Whether the file has an integration with this name.
    pub fn is_in_file(&self, name: &str) -> bool {
        self.of_file().iter().any(|one| one.name == name)
    }

    /// Uses these beside the file's. One that shares its name, its `client_id` or a channel's id with the file or with
    /// one before it is left out; returns the names of those.
    pub fn replace(&self, stored: impl IntoIterator<Item = Arc<Integration>>) -> Vec<String> {
        let mut lists = self.list.write().unwrap_or_else(PoisonError::into_inner);
        lists.stored = stored.into_iter().collect();
        lists.merge()
    }

    /// Those of the file.
    pub fn of_file(&self) -> Vec<Arc<Integration>> {
        self.list.read().unwrap_or_else(PoisonError::into_inner).file.clone()
    }

    /// Uses the file's integrations of a configuration that was read again; returns the stored ones that are left out
    /// ([`Integrations::replace`]).
    pub fn follow(&self, config: &Config) -> Vec<String> {
        let mut lists = self.list.write().unwrap_or_else(PoisonError::into_inner);
        lists.file = config.integrations.iter().cloned().map(Arc::new).collect();
        lists.merge()
    }
}

impl Lists {
    fn merge(&mut self) -> Vec<String> {
        let mut all = self.file.clone();
        let mut left_out = Vec::new();
        for one in &self.stored {
            if collision(all.iter().map(Arc::as_ref), one).is_some() {
                left_out.push(one.name.clone());
            } else {
                all.push(one.clone());
            }
        }
        self.all = all.into();
        left_out
    }
}

/// What an integration shares with one of the others that only one may have: the key, and the other's name.
pub fn collision<'a>(
    others: impl IntoIterator<Item = &'a Integration>,
    one: &Integration,
) -> Option<(&'static str, &'a str)> {
    let ids = |of: &Integration| of.channels.iter().map(|one| one.id.to_ascii_lowercase()).collect::<BTreeSet<_>>();
    let own = ids(one);
    others.into_iter().find_map(|other| {
        let key = if other.name == one.name {
            "name"
        } else if other.client_id == one.client_id {
            "client_id"
        } else if !own.is_disjoint(&ids(other)) {
            "channel.id"
        } else {
            return None;
        };
        Some((key, other.name.as_str()))
    })
}

impl Config {
    /// The channel with this id and its integration; ids are unique over all integrations.
    pub fn channel(&self, id: &str) -> Option<(&Integration, &Channel)> {
        self.integrations.iter().find_map(|integration| {
            let channel = integration.channels.iter().find(|channel| channel.id == id)?;
            Some((integration, channel))
        })
    }

    /// The integration with this name.
    pub fn integration(&self, name: &str) -> Option<&Integration> {
        self.integrations.iter().find(|integration| integration.name == name)
    }
}
