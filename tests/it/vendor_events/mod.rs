//! The vendor's own webhooks: what happens in accounts is recorded with the change, and arrives in order.

mod bodies;
mod calls;

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use base::clock::Clock;
use base::config::{Config, VendorEventKind, VendorWebhook};
use base::store::VENDOR;
use entity::{audit, vendor_event};
use parom::vendor_webhooks;
use parom_tests::{Engine, Messenger, Place, Received, Setup, World};
use secrecy::SecretString;
use uuid::Uuid;

/// What the desk gets.
const DESK: [VendorEventKind; 4] = [
    VendorEventKind::AccountLeft,
    VendorEventKind::EnquiryRouted,
    VendorEventKind::CustomerLinked,
    VendorEventKind::ConsentChanged,
];
const SECRET: &str = "whsec_YmlsbGluZy1zeXN0ZW0tb2YtdGhlLXRlc3RzLTAx";

/// A world whose vendor has a billing system, which names no kinds, and a desk, which gets departures and what is about customers.
pub struct Vendor {
    world: World,
    billing: Arc<Messenger>,
    desk: Arc<Messenger>,
}

impl Deref for Vendor {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Vendor {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Place for Vendor {
    async fn open(engine: Engine) -> Option<Self> {
        let started: Arc<OnceLock<[Arc<Messenger>; 2]>> = Arc::default();
        let others = {
            let started = started.clone();
            async move |clock: Clock| {
                let receivers = [Messenger::start(clock.clone()).await, Messenger::start(clock).await].map(Arc::new);
                receivers.iter().for_each(|receiver| receiver.knows("", SECRET));
                let urls = receivers.each_ref().map(|receiver| receiver.url().to_owned());
                assert!(started.set(receivers).is_ok());
                move |config: &mut Config| config.vendor_webhooks = webhooks(&urls)
            }
        };
        let world = World::start_beside(engine, Setup::default(), others).await?;
        let [billing, desk] = started.get().expect("the world has started them").clone();
        Some(Self { world, billing, desk })
    }

    async fn close(self) {
        for receiver in [&self.billing, &self.desk] {
            assert!(receiver.problems().is_empty(), "{:?}", receiver.problems());
        }
        self.world.close().await;
    }
}

fn webhooks([billing, desk]: &[String; 2]) -> Vec<VendorWebhook> {
    let webhook = |name: &str, url: &str, types| VendorWebhook {
        name: name.to_owned(),
        url: url.parse().expect("an address"),
        secret: SecretString::from(SECRET),
        types,
    };
    vec![webhook("billing", billing, Vec::new()), webhook("desk", &format!("{desk}?token=of-the-desk"), DESK.to_vec())]
}

impl Vendor {
    /// Sends what is due; returns the number of calls.
    async fn sends(&self) -> usize {
        vendor_webhooks::due_now(self.app()).await
    }

    /// What the billing system took, and how it looks; it forgets nothing.
    fn booked(&self) -> Vec<Received> {
        self.billing.received().into_iter().filter(Received::was_taken).collect()
    }

    /// Types of [`Vendor::booked`].
    fn types(&self) -> Vec<String> {
        self.booked().iter().map(type_of).collect()
    }

    async fn rows(&self) -> Vec<vendor_event::Model> {
        vendor_webhooks::list_events(self.app().store.read(), &vendor_webhooks::EventFilter::default(), None, 200)
            .await
            .unwrap()
    }

    /// Keys of the vendor's open alerts.
    async fn alarms(&self) -> Vec<String> {
        let open = parom::alert::open(self.app().store.read(), VENDOR).await.unwrap();
        open.into_iter().map(|alert| alert.key).collect()
    }

    /// Actions in the vendor's audit log.
    async fn log(&self) -> Vec<String> {
        let rows = audit::Entity::of_tenant(VENDOR).all(self.app().store.read()).await.unwrap();
        rows.into_iter().map(|row| row.action).collect()
    }

    /// An account that was installed, with its first two events sent.
    async fn account(&self, host: &str) -> Uuid {
        self.owner(host).installs_in_a_browser().await.is(200);
        let id = self.active(host).await;
        self.sends().await;
        id
    }
}

fn type_of(one: &Received) -> String {
    one.body["type"].as_str().unwrap_or_default().to_owned()
}
