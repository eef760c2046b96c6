//! The last month of the demo's shop: chats, answers, a few messages that were not delivered, sales and alerts that are over, written
//! straight into the tables. Lists, charts and reports would be empty otherwise, and playing a month through all of Parom would
//! take minutes.

use std::collections::BTreeMap;

use anyhow::Context;
use base::i18n::Language;
use base::message::{
    Body, Content, Direction, LetterKind, Person, Role, State, Stream, Visit, Visits, day_of, lane_id,
};
use base::millis::{DAY, HOUR, MINUTE};
use base::store::in_transaction;
use entity::{
    alert, attempt, conversation, dead_letter, dedupe, fixture, histogram, lane, ledger_delta, message, sale, source,
    tenant,
};
use parom::sale::request::SkipReason;
use parom::sale::{Sale, SaleChat, Sending, SendingState, Sendings, TargetKind};
use parom::template::{self, TemplateDraft};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};
use serde::Serialize;
use serde_json::{Value, json};
use simulator::crm::UserView;
use uuid::Uuid;

use super::messengers::{COUNTER, GOAL, SALES_TOKEN};
use super::receipts;
use super::stage::{DemoStage, HOST};
use crate::terminal;

const DAYS: i64 = 30;
/// The account's zone is Moscow's.
const ZONE: i64 = 3 * HOUR;
/// When customers write, the usual hours more often.
const HOURS: [i64; 18] = [9, 10, 10, 11, 11, 12, 12, 13, 14, 15, 15, 16, 17, 18, 18, 19, 20, 22];
/// Source, medium and name of the campaigns that brought visitors to the site.
const CAMPAIGNS: [[&str; 3]; 3] =
    [["yandex", "cpc", "sofas"], ["google", "cpc", "chairs"], ["newsletter", "email", "autumn"]];
/// The first lead that was won.
const LEAD: i64 = 31_000_001;
/// Rows of one statement; SQLite takes 32,766 values.
const AT_ONCE: usize = 500;

/// Names of customers, and what is said: in a talk a customer's line and a manager's in turn. Templates have a name and a text; the
/// last one is for WhatsApp.
struct Words {
    customers: &'static str,
    talks: [&'static str; 5],
    templates: [[&'static str; 2]; 3],
}

impl Words {
    const fn of(language: Language) -> Self {
        match language {
            Language::Ru => Self {
                customers: "Анна Петрова|Игорь Белов|Мария Смирнова|Олег Кузнецов|Елена Орлова|Дмитрий Волков|Светлана Попова|\
                    Артём Зайцев|Наталья Крылова|Сергей Морозов|Ирина Лебедева|Павел Громов|Юлия Соколова|Максим Фролов|Ольга Никитина",
                talks: [
                    "Здравствуйте! Есть синий диван?|Здравствуйте! Да, три на складе.|Отложите один, пожалуйста|Отложили до пятницы.",
                    "Когда привезут мой заказ?|Завтра с 12 до 15, курьер позвонит за час.|Спасибо!|Пожалуйста!",
                    "Сколько стоит доставка до Твери?|1 200 ₽, два дня.",
                    "Можно оплатить картой?|Да, картой или наличными.|Отлично, оформляйте|Готово, номер заказа придёт письмом.",
                    "Стул пришёл с царапиной|Очень жаль! Пришлите, пожалуйста, фото.|Отправила на почту|Заменим бесплатно. Удобно в \
                        четверг?|Да, после шести|Записали: четверг, 18–20.",
                ],
                templates: [
                    [
                        "Спасибо за заказ",
                        "{{contact.first_name}}, спасибо! Собираем ваш заказ и напишем, когда выедет курьер.",
                    ],
                    ["Как нас найти", "Мы работаем каждый день с 9 до 20: ул. Садовая, 7, вход со двора."],
                    [
                        "Заказ готов",
                        "Здравствуйте, {{contact.first_name}}! Ваш заказ готов. Заберите его сегодня до 20:00.",
                    ],
                ],
            },
            Language::En | Language::Es | Language::Pt => Self {
                customers: "Anna Peters|Igor Belov|Maria Lopez|John Smith|Elena Orlova|Daniel Brown|Sofia Rossi|Adam Novak|\
                    Natalie Krylova|Sam Morrison|Irene Lebedeva|Paul Green|Julia Hart|Max Weber|Olivia Nikitina",
                talks: [
                    "Hello! Is the blue sofa in stock?|Hello! Yes, we have three.|Please keep one for me|Reserved until Friday.",
                    "When will my order arrive?|Tomorrow, 12 to 3 pm. The courier calls an hour before.|Thank you!|You are welcome!",
                    "How much is delivery to Tver?|1,200 ₽, two days.",
                    "Can I pay by card?|Yes, by card or in cash.|Great, I’ll take it|Done, the order number comes by e-mail.",
                    "The chair came with a scratch|Sorry about that! Could you send a photo?|Sent by e-mail|We will replace it for free. \
                        Is Thursday fine?|Yes, after six|Noted: Thursday, 6 to 8 pm.",
                ],
                templates: [
                    [
                        "Thanks for your order",
                        "Thank you, {{contact.first_name}}! We are packing your order and will write when the courier leaves.",
                    ],
                    [
                        "How to find us",
                        "We are open every day from 9 am to 8 pm: 7 Garden Street, entrance from the yard.",
                    ],
                    [
                        "Order is ready",
                        "Hello {{contact.first_name}}, your order is ready. Pick it up today until 8 pm.",
                    ],
                ],
            },
        }
    }

    fn one_of(texts: &'static str, dice: &mut StdRng) -> &'static str {
        let texts: Vec<_> = texts.split('|').collect();
        texts.choose(dice).copied().unwrap_or_default()
    }
}

#[derive(Default)]
struct Rows {
    conversations: Vec<conversation::Model>,
    lanes: Vec<lane::Model>,
    messages: Vec<message::Model>,
    attempts: Vec<attempt::Model>,
    dead: Vec<dead_letter::Model>,
    sales: Vec<sale::Model>,
    alerts: Vec<alert::Model>,
    /// Accepted, delivered, failed.
    ledger: BTreeMap<(Uuid, i16, i32), [i64; 3]>,
    /// How many messages of an hour, source and direction took so many milliseconds.
    times: BTreeMap<(i32, Uuid, i16, i64), i64>,
}

impl DemoStage {
    /// Writes the month, unless an earlier run with the same data did.
    pub async fn month(&self) -> anyhow::Result<()> {
        let store = &self.running.app.store;
        let tenant_id = self.tenant_id().await?;
        if message::Entity::of_tenant(tenant_id).one(store.read()).await?.is_some() {
            return Ok(());
        }
        let now = self.running.app.clock.millis();
        let sources = source::Entity::of_tenant(tenant_id).all(store.read()).await?;
        // Reports know a manager by the id that amojo has.
        let manager = |user: UserView| user.amojo_id.map(|id| person(id, Role::Manager, user.name));
        let managers = self.sandbox.users(HOST).into_iter().filter_map(manager).collect();
        let rows = Month { tenant_id, now, sources, managers, dice: StdRng::seed_from_u64(30) }.rows();
        let since = now - DAYS * DAY;
        in_transaction(store, async |tx| rows.store(tx, tenant_id, [since, now]).await)
            .await
            .context("the demo's month")?;
        let metrica = json!({ "on": true, "counter_id": COUNTER, "goal": GOAL, "token": SALES_TOKEN });
        let targets = format!("/api/v1/tenants/{tenant_id}/sales/targets");
        self.api(Method::PUT, &targets, Some(json!({ "metrica": metrica }))).await?;
        Ok(())
    }

    /// Creates the shop's templates, unless the local amoCRM has them: it is new at each start.
    pub async fn templates(&self) -> anyhow::Result<()> {
        let (language, tenant_id) = (terminal::language(), self.tenant_id().await?);
        // Pages list what an earlier run with the same data created until the new amoCRM has been asked.
        template::list(&self.running.app.sources, tenant_id).await?;
        for (number, [name, text]) in (1..).zip(Words::of(language).templates) {
            let draft = TemplateDraft {
                name: name.to_owned(),
                text: text.to_owned(),
                is_waba: number == 3,
                language: language.code().to_owned(),
                category: "UTILITY".to_owned(),
                examples: [("{{contact.first_name}}".to_owned(), "Anna".to_owned())].into(),
                ..TemplateDraft::default()
            };
            template::create(&self.running.app.sources, tenant_id, &format!("demo-{number}"), &draft).await?;
        }
        Ok(())
    }
}

/// What the month is made of.
struct Month {
    tenant_id: Uuid,
    now: i64,
    sources: Vec<source::Model>,
    /// As senders of messages.
    managers: Vec<Person>,
    dice: StdRng,
}

/// A line of a chat, and what became of it.
struct Line<'chat> {
    chat: &'chat conversation::Model,
    direction: Direction,
    state: State,
    at: i64,
    position: i64,
    text: &'static str,
    sender: &'chat Person,
}

impl Month {
    fn rows(mut self) -> Rows {
        let words = Words::of(terminal::language());
        let midnight = (self.now + ZONE).div_euclid(DAY) * DAY - ZONE;
        let mut rows = Rows::default();
        for ago in (0..DAYS).rev() {
            let begin = midnight - ago * DAY;
            // 1 January 1970 was a Thursday.
            let is_weekend = matches!((begin + ZONE).div_euclid(DAY).rem_euclid(7), 2 | 3);
            let usual = if is_weekend { 4 } else { 8 };
            for _ in 0..self.dice.random_range(usual..=usual + 4 + (DAYS - ago) / 6) {
                let hour = HOURS.choose(&mut self.dice).copied().unwrap_or(12);
                let at = begin + hour * HOUR + self.dice.random_range(0..HOUR);
                // What is left of today has not happened yet.
                if at < self.now {
                    self.talk(&words, at, &mut rows);
                }
            }
        }
        // These began within the last hours, and some still wait for an answer.
        for minutes in [2, 9, 26, 48, 75] {
            self.talk(&words, self.now - minutes * MINUTE, &mut rows);
        }
        rows.alerts = self.alerts();
        rows
    }

    /// What was wrong for a while.
    fn alerts(&self) -> Vec<alert::Model> {
        let bot = self.sources.iter().find(|source| source.kind == "telegram");
        let begin = |days: i64| self.now - days * DAY;
        let mut all = vec![
            self.alert("crm_unreachable", None, [begin(19), 14], json!({ "at": begin(19) })),
            self.alert("late", None, [begin(6), 22], json!({ "delay": 90_000, "count": 0 })),
        ];
        all.extend(bot.map(|bot| {
            let detail = json!({ "at": begin(11), "source": bot.name, "connector": bot.kind });
            self.alert("messenger_unreachable", Some(bot.id), [begin(11), 38], detail)
        }));
        all
    }

    fn alert(&self, kind: &str, source_id: Option<Uuid>, [at, minutes]: [i64; 2], detail: Value) -> alert::Model {
        let until = at + minutes * MINUTE;
        alert::Model {
            tenant_id: self.tenant_id,
            key: source_id.map_or_else(|| kind.to_owned(), |id| format!("{kind}:{id}")),
            kind: kind.to_owned(),
            source_id,
            detail: detail.to_string(),
            opened_at: at,
            last_at: until,
            count: minutes,
            resolved_at: Some(until),
            muted_until: None,
            letter_at: None,
            letters: 1,
            lettered_at: Some(until),
            taken_by: String::new(),
        }
    }

    /// A chat that begins at a moment, as far as it has come by now.
    fn talk(&mut self, words: &Words, begin: i64, rows: &mut Rows) {
        let Some(source) = self
            .sources
            .choose_weighted(&mut self.dice, |one| match one.kind.as_str() {
                "webchat" => 5,
                "telegram" => 4,
                _ => 1,
            })
            .ok()
            .cloned()
        else {
            return;
        };
        let (id, number) = (self.id(begin), rows.conversations.len());
        let name = Words::one_of(words.customers, &mut self.dice);
        let who = format!("{}-{number}", source.kind);
        let customer = person(who.clone(), Role::Client, name.to_owned());
        let visit = match (source.kind.as_str(), number % 3) {
            ("webchat", 1..) => self.visit(begin),
            ("telegram", 0) => "autumn".to_owned(),
            _ => String::new(),
        };
        let chat = conversation::Model {
            tenant_id: self.tenant_id,
            id,
            source_id: source.id,
            external_id: who,
            contact: stored(&customer),
            created_at: begin,
            heard_at: begin,
            visit,
            ..fixture::conversation()
        };
        let manager = self.managers.choose(&mut self.dice).cloned().unwrap_or_default();
        let talk = words.talks.choose(&mut self.dice).copied().unwrap_or_default();
        let mut at = begin;
        for (position, text) in (1..).zip(talk.split('|')) {
            if at >= self.now {
                break;
            }
            let is_asked = position % 2 == 1;
            // Of a bot that the customer has blocked meanwhile.
            let is_lost = position == 4 && source.kind == "telegram" && number % 61 == 7;
            let (direction, state, sender) = match (is_asked, is_lost) {
                (true, _) => (Direction::ToCrm, State::Delivered, &customer),
                (false, true) => (Direction::ToMessenger, State::Failed, &manager),
                (false, false) => (Direction::ToMessenger, State::Read, &manager),
            };
            self.line(&Line { chat: &chat, direction, state, at, position, text, sender }, rows);
            let slowest = if is_asked { 22 } else { 6 };
            at += self.dice.random_range(MINUTE..slowest * MINUTE);
        }
        if number % 11 == 5 {
            self.sale(&chat, &source.kind, rows);
        }
        rows.conversations.push(chat);
    }

    /// A visit to the site after a click on an advertisement.
    fn visit(&mut self, at: i64) -> String {
        let [source, medium, campaign] = CAMPAIGNS.choose(&mut self.dice).copied().unwrap_or_default();
        let url = format!("https://shop.example/?utm_source={source}&utm_medium={medium}&utm_campaign={campaign}");
        let visit = Visit::reported(&url, "", "", "", at).unwrap_or_default();
        stored(&Visits::default().and(Visit { client_id: at.to_string(), ..visit }))
    }

    /// The sale that a chat led to a day later. Only sales to visitors of the site are reported to Metrica.
    fn sale(&mut self, chat: &conversation::Model, kind: &str, rows: &mut Rows) {
        let won_at = chat.created_at + DAY + self.dice.random_range(0..4 * HOUR);
        if won_at >= self.now {
            return;
        }
        let visit = Visits::stored(&chat.visit).map(|visits| visits.last);
        let campaign = visit.iter().flat_map(|visit| &visit.marks);
        let campaign = campaign.map(|(mark, value)| (format!("utm_{mark}"), value.clone())).collect();
        let client_id = visit.map(|visit| visit.client_id);
        let (state, reason) = match client_id {
            Some(_) => (SendingState::Sent, ""),
            None => (SendingState::Skipped, SkipReason::NoOrigin.word()),
        };
        let sending = Sending { state, reason: reason.to_owned(), tries: 1, at: won_at + MINUTE };
        let lead_id = LEAD + i64::try_from(rows.conversations.len()).unwrap_or_default();
        let sale = Sale {
            event_id: self.id(won_at),
            lead_id,
            won_at,
            price: self.dice.random_range(6..120) * 500,
            currency: "RUB".to_owned(),
            chats: vec![SaleChat {
                conversation_id: chat.id,
                source_id: chat.source_id,
                messenger: kind.to_owned(),
                campaign,
                referral: (client_id.is_none() && !chat.visit.is_empty()).then(|| chat.visit.clone()),
                client_id,
                meta: None,
            }],
        };
        rows.sales.push(sale::Model {
            tenant_id: self.tenant_id,
            lead_id,
            facts: stored(&sale),
            sendings: stored(&Sendings::from([(TargetKind::Metrica, sending)])),
            created_at: won_at,
        });
    }

    fn line(&mut self, line: &Line<'_>, rows: &mut Rows) {
        let (id, letter, took) = (self.id(line.at), self.id(line.at), self.dice.random_range(4..16));
        let (chat, direction, day) = (line.chat, line.direction.number(), day_of(line.at));
        let is_lost = line.state == State::Failed;
        let code = "recipient_blocked";
        let body = Body::new(line.sender.clone(), Content::Text { text: line.text.to_owned() });
        rows.messages.push(message::Model {
            tenant_id: self.tenant_id,
            id,
            source_id: chat.source_id,
            conversation_id: chat.id,
            direction,
            state: line.state.number(),
            reported: line.state.number(),
            external_id: format!("{id}"),
            amocrm_message_id: format!("{letter}"),
            body: stored(&body),
            error: if is_lost {
                json!({ "code": code, "text": "Forbidden: bot was blocked by the user" }).to_string()
            } else {
                String::new()
            },
            sent_at: line.at,
            accepted_at: line.at,
            day,
            position: line.position,
            possible_duplicate: false,
            client_reaction: String::new(),
            manager_reaction: String::new(),
            reacted_at: 0,
        });
        rows.attempts.push(attempt::Model {
            tenant_id: self.tenant_id,
            message_id: id,
            letter_id: letter,
            number: 1,
            kind: LetterKind::Message.number(),
            direction,
            at: line.at + 2,
            ms: i32::try_from(took - 2).unwrap_or_default(),
            verdict: if is_lost { "bury" } else { "done" }.to_owned(),
            status: if is_lost { 403 } else { 200 },
            answer: String::new(),
            reason: if is_lost { code } else { "" }.to_owned(),
            id: None,
            source_id: None,
            event: String::new(),
            took: if is_lost { 0 } else { took },
            request: None,
        });
        let [accepted, delivered, failed] = rows.ledger.entry((chat.source_id, direction, day)).or_default();
        *accepted += 1;
        if !is_lost {
            *delivered += 1;
            if line.at > self.now - DAY {
                let hour = i32::try_from(line.at / HOUR).unwrap_or_default();
                *rows.times.entry((hour, chat.source_id, direction, took)).or_default() += 1;
            }
            return;
        }
        *failed += 1;
        let lane_id = lane_id(chat.id, line.direction, Stream::Messages);
        rows.lanes.push(lane::Model {
            tenant_id: self.tenant_id,
            lane_id,
            conversation_id: chat.id,
            source_id: chat.source_id,
            direction,
            stream: Stream::Messages.number(),
            target: chat.source_id,
            next_seq: 2,
            last_key: 0,
            max_key: 0,
            waiting: 0,
            due_at: None,
            owner: None,
            epoch: 1,
            leased_until: 0,
            starts: 0,
            carried: 1,
            claim: None,
        });
        rows.dead.push(dead_letter::Model {
            tenant_id: self.tenant_id,
            id: letter,
            lane_id,
            conversation_id: chat.id,
            source_id: chat.source_id,
            message_id: id,
            target: chat.source_id,
            direction,
            stream: Stream::Messages.number(),
            kind: LetterKind::Message.number(),
            payload: "{}".to_owned(),
            reason: code.to_owned(),
            detail: "Forbidden: bot was blocked by the user".to_owned(),
            attempts: 1,
            first_at: line.at,
            last_at: line.at,
            day,
        });
    }

    /// An id that was made at a moment.
    fn id(&mut self, at: i64) -> Uuid {
        let millis = u64::try_from(at).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.dice.random()).into_uuid()
    }
}

fn person(id: String, role: Role, name: String) -> Person {
    Person { id, role, name: Some(name), ..Person::default() }
}

/// As intake stores it: reports read the order of the fields, too.
fn stored(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Writes rows of one table.
async fn insert<E, M>(tx: &impl ConnectionTrait, rows: Vec<M>) -> Result<(), DbErr>
where
    E: EntityTrait<Model = M>,
    M: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        E::insert_many(rows.by_ref().take(AT_ONCE)).exec_without_returning(tx).await?;
    }
    Ok(())
}

impl Rows {
    async fn store(self, tx: &impl ConnectionTrait, tenant_id: Uuid, [since, now]: [i64; 2]) -> Result<(), DbErr> {
        let instance = Uuid::nil();
        let mut proved = BTreeMap::new();
        for one in &self.messages {
            let at = proved.entry(one.source_id).or_insert(since);
            *at = one.accepted_at.max(*at);
        }
        let ledger = self.ledger.into_iter().map(|((source_id, direction, day), [accepted, delivered, failed])| {
            ledger_delta::Model { tenant_id, source_id, direction, day, instance, accepted, delivered, failed }
        });
        // `queue::histogram`: 0 is the time of a call, 2 that of a message; below 16 ms a bucket is a millisecond.
        let times = self.times.into_iter().flat_map(|((hour, source_id, direction, took), count)| {
            [(0, took - 2), (2, took)].map(|(measure, ms)| histogram::Model {
                tenant_id,
                hour,
                source_id,
                direction,
                measure,
                bucket: i16::try_from(ms).unwrap_or_default(),
                instance,
                count,
                last_at: i64::from(hour) * HOUR,
            })
        });
        insert::<histogram::Entity, _>(tx, times.collect()).await?;
        insert::<ledger_delta::Entity, _>(tx, ledger.collect()).await?;
        insert::<conversation::Entity, _>(tx, self.conversations).await?;
        insert::<lane::Entity, _>(tx, self.lanes).await?;
        let (receipts, told) = receipts::of(&self.messages, now);
        insert::<dedupe::Entity, _>(tx, receipts).await?;
        insert::<message::Entity, _>(tx, self.messages).await?;
        insert::<attempt::Entity, _>(tx, [self.attempts, told].concat()).await?;
        insert::<dead_letter::Entity, _>(tx, self.dead).await?;
        insert::<sale::Entity, _>(tx, self.sales).await?;
        insert::<alert::Entity, _>(tx, self.alerts).await?;
        // Since when the shop has been there.
        tenant::Entity::update_of(tenant_id).col_expr(tenant::Column::CreatedAt, Expr::value(since)).exec(tx).await?;
        for (source_id, at) in proved {
            source::Entity::update_by_id((tenant_id, source_id))
                .col_expr(source::Column::CreatedAt, Expr::value(since))
                .col_expr(source::Column::StatusSince, Expr::value(since))
                .col_expr(source::Column::ProvedAt, Expr::value(at))
                .exec(tx)
                .await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The ledger, the undelivered and the sales are those of its messages and chats, and nothing is still to come.
    #[test]
    fn the_month_adds_up() {
        let now = 20_000 * DAY + 15 * HOUR;
        let source = |(number, kind): (u128, &str)| source::Model {
            kind: kind.to_owned(),
            ..fixture::source(Uuid::nil(), Uuid::from_u128(number))
        };
        let sources = [(1, "webchat"), (2, "telegram"), (3, "custom")].map(source);
        let managers = vec![person("m".to_owned(), Role::Manager, "Olga".to_owned())];
        let dice = StdRng::seed_from_u64(30);
        let rows = Month { tenant_id: Uuid::nil(), now, sources: sources.into(), managers, dice }.rows();
        let mut counted = BTreeMap::<_, [i64; 3]>::new();
        for message in &rows.messages {
            let [accepted, delivered, failed] =
                counted.entry((message.source_id, message.direction, message.day)).or_default();
            let is_lost = message.state == State::Failed.number();
            *accepted += 1;
            *(if is_lost { failed } else { delivered }) += 1;
            assert!(message.accepted_at < now);
        }
        assert_eq!(rows.ledger, counted);
        let days: BTreeSet<_> = rows.messages.iter().map(|message| message.day).collect();
        assert!(days.len() >= 30, "every day has messages: {days:?}");
        let lost: Vec<_> = rows.messages.iter().filter(|one| one.state == State::Failed.number()).collect();
        assert!(!lost.is_empty() && lost.len() < 10, "{}", lost.len());
        assert!(lost.iter().map(|one| one.id).eq(rows.dead.iter().map(|one| one.message_id)));
        assert_eq!(rows.attempts.len(), rows.messages.len());
        let chats: BTreeMap<_, _> = rows.conversations.iter().map(|chat| (chat.id, chat)).collect();
        assert!(rows.messages.iter().all(|one| chats[&one.conversation_id].created_at <= one.accepted_at));
        let state = |one: &sale::Model| {
            let sale: Sale = serde_json::from_str(&one.facts).unwrap();
            let chat = chats[&sale.chats[0].conversation_id];
            assert!(chat.created_at < sale.won_at && sale.won_at < now && sale.price > 0);
            assert_eq!(sale.chats[0].client_id.is_some(), !sale.chats[0].campaign.is_empty(), "{sale:?}");
            let sendings: Sendings = serde_json::from_str(&one.sendings).unwrap();
            sendings[&TargetKind::Metrica].state.word()
        };
        assert_eq!(rows.sales.iter().map(state).collect::<BTreeSet<_>>(), ["sent", "skipped"].into());
        assert!(rows.alerts.len() == 3 && rows.alerts.iter().all(|one| one.resolved_at.is_some_and(|at| at < now)));
    }
}
