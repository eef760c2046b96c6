//! A world beside a simulated messenger, which the server calls.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use base::clock::Clock;
use base::config::Config;
use url::Url;

use crate::{Engine, Place, Setup, World};

/// A simulated messenger that can run beside a world.
pub trait Simulated: Send + Sync + Sized + 'static {
    /// Starts it with the world's clock.
    fn start(clock: Clock) -> impl Future<Output = Self> + Send;

    /// Its address.
    fn address(&self) -> &str;

    /// Enters its address into the configuration.
    fn enters(config: &mut Config, address: Url);
}

/// A world, and the messenger beside it.
pub struct Beside<M> {
    world: World,
    pub messenger: Arc<M>,
}

impl<M: Simulated> Beside<M> {
    /// [`World::start`] beside the messenger.
    pub async fn start(engine: Engine, setup: Setup) -> Option<Self> {
        let started: Arc<OnceLock<Arc<M>>> = Arc::default();
        let others = {
            let started = started.clone();
            async move |clock: Clock| {
                base::http_client::install_crypto_provider();
                let messenger = Arc::new(M::start(clock).await);
                let address: Url = messenger.address().parse().expect("an address");
                drop(started.set(messenger));
                move |config: &mut Config| M::enters(config, address.clone())
            }
        };
        let world = World::start_beside(engine, setup, others).await?;
        let messenger = started.get().expect("the world has started it").clone();
        Some(Self { world, messenger })
    }
}

impl<M: Simulated> Place for Beside<M> {
    async fn open(engine: Engine) -> Option<Self> {
        Self::start(engine, Setup::default()).await
    }

    async fn close(self) {
        self.world.close().await;
    }
}

impl<M> Deref for Beside<M> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl<M> DerefMut for Beside<M> {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

macro_rules! simulated {
    ($($module:ident::$messenger:ident, |$config:ident, $address:ident| $enters:expr;)*) => {$(
        impl Simulated for simulator::$module::$messenger {
            async fn start(clock: Clock) -> Self {
                let now = Arc::new(move || clock.now());
                let options = simulator::$module::Options { now, ..Default::default() };
                Self::start(options).await.expect("a messenger")
            }

            fn address(&self) -> &str {
                self.base_url()
            }

            fn enters($config: &mut Config, $address: Url) {
                $enters
            }
        }
    )*};
}

simulated! {
    avito::Avito, |config, address| config.avito.api_url = address;
    max::Max, |config, address| config.max.api_url = address;
    meta::Meta, |config, address| {
        config.instagram.api_url = address.clone();
        config.facebook.api_url = address;
    };
    telegram::Telegram, |config, address| config.telegram.api_url = address;
    vk::Vk, |config, address| config.vk.api_url = address;
    whatsapp::WhatsApp, |config, address| config.whatsapp.api_url = address;
}
