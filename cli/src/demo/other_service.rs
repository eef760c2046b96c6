//! Another service in the demo's amoCRM, which has a community of VK and a seller of Avito: what a business has that is about to
//! change to Parom.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use base::i18n::Language;
use chrono::TimeDelta;
use simulator::avito::{NewBuyer, NewItem, NewSeller};
use simulator::crm::Sandbox;
use simulator::kit::{Now, system_clock};
use simulator::other_vendor::{Access, Options, OtherVendor};
use simulator::vk::{self, NewCommunity};
use tokio::sync::Mutex;

use super::messengers::Messengers;

/// How long a message may be on its way into amoCRM.
const PATIENCE: Duration = Duration::from_secs(15);

/// A clock that was some hours behind while the last days were played.
#[derive(Clone, Default)]
pub struct PastClock {
    hours_ago: Arc<AtomicI64>,
}

impl PastClock {
    pub fn now(&self) -> Now {
        let (real, ago) = (system_clock(), self.hours_ago.clone());
        Arc::new(move || real() - TimeDelta::hours(ago.load(Ordering::Relaxed)))
    }

    fn goes_to(&self, hours_ago: i64) {
        self.hours_ago.store(hours_ago, Ordering::Relaxed);
    }
}

/// A line that the other service has.
pub struct OtherLine {
    pub kind: &'static str,
    /// What Parom's wizard asks for.
    pub settings: Vec<(&'static str, String)>,
    customers: [Customer; 2],
}

#[derive(Clone, Copy)]
enum Customer {
    Vk { who: i64, community: i64 },
    Avito { who: i64, item: i64 },
}

impl OtherLine {
    /// The value of a setting.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The phone of its first customer.
    pub fn phone_url(&self, messengers: &Messengers) -> String {
        match self.customers[0] {
            Customer::Vk { who, community } => format!("{}/phone/{who}/{community}", messengers.vk.base_url()),
            Customer::Avito { who, item } => format!("{}/phone/{who}/{item}", messengers.avito.base_url()),
        }
    }
}

/// The service, running, with its lines.
pub struct OtherService {
    vendor: OtherVendor,
    lines: Vec<OtherLine>,
    words: &'static Words,
    /// The account that it writes into.
    host: &'static str,
    /// How often its lines talked; one at a time.
    rounds: Mutex<usize>,
}

impl OtherService {
    /// Installs it and plays its last days.
    pub async fn start(
        sandbox: &Sandbox,
        messengers: &Messengers,
        clock: &PastClock,
        language: Language,
        host: &'static str,
    ) -> anyhow::Result<Self> {
        let words = Words::of(language);
        clock.goes_to(72);
        let vendor = OtherVendor::start(Options { now: clock.now(), ..Options::of(sandbox.url()) }).await?;
        vendor.installed(sandbox, host).await?;
        let (vk, vk_access) = vk_line(messengers, words);
        let (avito, avito_access) = avito_line(messengers, words);
        vendor.connects(vk_access).await?;
        vendor.connects(avito_access).await?;
        // VK delivers nothing that was written before it has confirmed the address.
        messengers.vk.deliver_all().await;
        let all = Self { vendor, lines: vec![vk, avito], words, host, rounds: Mutex::default() };
        for hours_ago in [71, 44, 20] {
            clock.goes_to(hours_ago);
            ensure!(all.talks(sandbox, messengers).await?, "the other service did not write a message into amoCRM");
        }
        clock.goes_to(0);
        Ok(all)
    }

    pub fn lines(&self) -> &[OtherLine] {
        &self.lines
    }

    /// A customer of each line writes, and a manager answers in the other service's chat. False if the service did not get one
    /// of the messages, because another has its line.
    pub async fn talks(&self, sandbox: &Sandbox, messengers: &Messengers) -> anyhow::Result<bool> {
        let (words, mut rounds) = (self.words, self.rounds.lock().await);
        let mut has_all = true;
        let round = *rounds;
        *rounds += 1;
        let text = |all: &[&'static str]| all.get(round % all.len().max(1)).copied().unwrap_or_default();
        for line in &self.lines {
            let before = self.vendor.carried(line.kind).len();
            let question = text(words.questions);
            match line.customers[round % 2] {
                Customer::Vk { who, community } => {
                    messengers.vk.customer(who, community).writes(question)?;
                }
                Customer::Avito { who, item } => {
                    messengers.avito.customer(who, item).writes(question)?;
                }
            }
            let written = self.vendor.wait_for(
                |vendor| vendor.carried(line.kind).get(before).filter(|one| one.is_done).map(|one| one.chat.clone()),
                PATIENCE,
            );
            let Some(chat) = written.await else {
                has_all = false;
                continue;
            };
            let chats = sandbox.chats(self.host);
            let is_it = |one: &&simulator::crm::ChatView| one.conversation_id.as_deref() == Some(chat.as_str());
            let chat = chats.iter().find(is_it).context("amoCRM has no chat of the other service")?;
            let said = sandbox.manager_says(self.host, &chat.id, text(words.answers)).await?;
            ensure!(
                said.answer.status == Some(200),
                "the other service answered the hook with {:?}",
                said.answer.status
            );
        }
        Ok(has_all)
    }

    pub async fn stop(self) {
        self.vendor.stop().await;
    }
}

fn vk_line(messengers: &Messengers, words: &Words) -> (OtherLine, Access) {
    let vk = &messengers.vk;
    let made = vk.add_community(NewCommunity {
        name: words.shop.to_owned(),
        screen_name: "garden".to_owned(),
        ..NewCommunity::default()
    });
    let customer = |(first, last): (&str, &str)| Customer::Vk {
        who: vk.add_person(vk::NewPerson {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            username: None,
            ..vk::NewPerson::default()
        }),
        community: made.id,
    };
    let line = OtherLine {
        kind: "vk",
        settings: vec![("group_id", made.id.to_string()), ("access_token", made.token.clone())],
        customers: [customer(words.people[0]), customer(words.people[1])],
    };
    (line, Access::Vk { api: vk.base_url().to_owned(), community: made.id, token: made.token })
}

fn avito_line(messengers: &Messengers, words: &Words) -> (OtherLine, Access) {
    let avito = &messengers.avito;
    let (client_id, client_secret) =
        ("GardenClientId01234".to_owned(), "garden-client-secret-0123456789abcd".to_owned());
    let seller = avito.add_seller(NewSeller {
        name: words.shop.to_owned(),
        client_id: client_id.clone(),
        client_secret: client_secret.clone(),
        ..NewSeller::default()
    });
    let item = NewItem { title: words.advert.to_owned(), price: words.price.to_owned(), ..NewItem::of(seller) };
    let item = avito.add_item(item);
    let customer = |(first, _): (&str, &str)| Customer::Avito {
        who: avito.add_buyer(NewBuyer { name: first.to_owned(), ..NewBuyer::default() }),
        item,
    };
    let line = OtherLine {
        kind: "avito",
        settings: vec![("client_id", client_id.clone()), ("client_secret", client_secret.clone())],
        customers: [customer(words.people[2]), customer(words.people[3])],
    };
    (line, Access::Avito { api: avito.base_url().to_owned(), client_id, client_secret })
}

/// Names and texts in the language of the demo.
struct Words {
    shop: &'static str,
    advert: &'static str,
    price: &'static str,
    people: [(&'static str, &'static str); 4],
    questions: &'static [&'static str],
    answers: &'static [&'static str],
}

impl Words {
    const fn of(language: Language) -> &'static Self {
        match language {
            Language::En | Language::Es | Language::Pt => &Self {
                shop: "Garden yard",
                advert: "Apple trees, two years old",
                price: "1 200 ₽",
                people: [("Anna", "Belova"), ("Oleg", "Sorokin"), ("Irina", "Volkova"), ("Denis", "Orlov")],
                questions: &[
                    "Good morning! Do you have apple trees?",
                    "Do you deliver to the region?",
                    "Can I pick it up on Saturday?",
                    "Is there a discount for ten?",
                ],
                answers: &[
                    "Good morning! Yes, four sorts.",
                    "We do, on Tuesdays and Fridays.",
                    "Yes, from nine to six.",
                    "Ten percent from ten on.",
                ],
            },
            Language::Ru => &Self {
                shop: "Садовый двор",
                advert: "Яблони, двухлетние саженцы",
                price: "1 200 ₽",
                people: [("Анна", "Белова"), ("Олег", "Сорокин"), ("Ирина", "Волкова"), ("Денис", "Орлов")],
                questions: &[
                    "Доброе утро! Есть саженцы яблонь?",
                    "В область доставляете?",
                    "Можно забрать в субботу?",
                    "Будет скидка, если взять десять?",
                ],
                answers: &[
                    "Доброе утро! Да, четыре сорта.",
                    "Да, по вторникам и пятницам.",
                    "Да, с девяти до шести.",
                    "От десяти штук – десять процентов.",
                ],
            },
        }
    }
}
