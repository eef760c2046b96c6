//! Reports on the wire.

use domain::delivery::read::figures::{Flow, Times};
use domain::delivery::read::report::{Report, UnansweredChat};
use domain::source::KnownUsers;
use std::collections::BTreeSet;

use base::i18n::Zone;
use base::json::Moment;
use base::message::Person;
use chrono::NaiveDate;
use entity::conversation;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The days that a report covers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportedDays {
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: NaiveDate,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    pub to: NaiveDate,
    /// The account's time zone, by which days and hours are meant.
    #[schema(example = "Europe/Moscow")]
    pub time_zone: String,
    /// Only messages since this moment are counted, because there were more than 100,000; null if all are.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub counted_since: Option<Moment>,
}

/// Messages of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagesReportOut {
    #[serde(flatten)]
    pub days: ReportedDays,
    pub total: FlowOut,
    /// Sources that had messages, also deleted ones.
    pub by_source: Vec<SourceFlowOut>,
    /// Managers by their number of messages, most first.
    pub by_manager: Vec<ManagerFlowOut>,
    /// Hours that had messages.
    pub by_hour: Vec<HourFlowOut>,
}

/// Counts of messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowOut {
    pub from_customers: i64,
    pub to_customers: i64,
    /// Those of both that were not delivered.
    pub failed: i64,
}

/// Messages of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceFlowOut {
    /// Nil if the messages came without a source.
    pub source_id: Uuid,
    #[serde(flatten)]
    pub messages: FlowOut,
}

/// Messages of a manager.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagerFlowOut {
    pub manager: ManagerOut,
    pub to_customers: i64,
}

/// A user of amoCRM who wrote to customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagerOut {
    /// The user's id in the Chats API; null if the messages are so old that their senders are no longer stored.
    #[schema(required, example = "76fc2bea-902f-425c-9a3d-dcdac4766090")]
    pub amojo_id: Option<String>,
    /// The user's id in amoCRM; null if amoCRM has not listed this user.
    #[schema(required, example = "1504545")]
    pub user_id: Option<String>,
    #[schema(required)]
    pub name: Option<String>,
}

/// Messages of one hour of the day, on all such weekdays of the period together.
#[derive(Debug, Serialize, ToSchema)]
pub struct HourFlowOut {
    /// 1 is Monday, 7 Sunday.
    #[schema(minimum = 1, maximum = 7)]
    pub weekday: usize,
    #[schema(minimum = 0, maximum = 23)]
    pub hour: usize,
    #[serde(flatten)]
    pub messages: FlowOut,
}

/// First answers, and chats without one.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswersReportOut {
    #[serde(flatten)]
    pub days: ReportedDays,
    /// Null if no chat was answered.
    #[schema(required)]
    pub first_answers: Option<AnswerTimesOut>,
    pub by_source: Vec<SourceAnswersOut>,
    pub by_manager: Vec<ManagerAnswersOut>,
    pub unanswered: ReportedChats,
}

/// How soon customers were answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerTimesOut {
    /// Answers that ended a wait.
    pub count: usize,
    /// Half of them came within this time.
    pub median_ms: i64,
    /// 95 of 100 came within this time.
    pub p95_ms: i64,
}

/// The same of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceAnswersOut {
    pub source_id: Uuid,
    #[serde(flatten)]
    pub first_answers: AnswerTimesOut,
}

/// The same of a manager.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagerAnswersOut {
    pub manager: ManagerOut,
    #[serde(flatten)]
    pub first_answers: AnswerTimesOut,
}

/// Chats that wait for an answer now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportedChats {
    /// All of them.
    pub count: usize,
    /// The longest waiting first, at most 5,000.
    pub items: Vec<UnansweredOut>,
    #[serde(skip)]
    now: i64,
}

/// A chat that waits for an answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnansweredOut {
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    /// The customer's name, if known.
    #[schema(required)]
    pub name: Option<String>,
    /// When the customer wrote.
    #[schema(value_type = String, format = DateTime)]
    pub since: Moment,
    pub waits_ms: i64,
}

impl From<Flow> for FlowOut {
    fn from(flow: Flow) -> Self {
        Self { from_customers: flow.came, to_customers: flow.went, failed: flow.failed }
    }
}

impl From<Times> for AnswerTimesOut {
    fn from(times: Times) -> Self {
        Self { count: times.messages, median_ms: times.median, p95_ms: times.most }
    }
}

impl ManagerOut {
    fn of(amojo_id: &str, users: &KnownUsers) -> Self {
        let user = users.of_amojo_id(amojo_id);
        Self {
            amojo_id: (!amojo_id.is_empty()).then(|| amojo_id.to_owned()),
            user_id: user.map(|user| user.id.to_string()),
            name: users.name_of(amojo_id).map(str::to_owned),
        }
    }
}

impl MessagesReportOut {
    pub fn of(days: ReportedDays, report: &Report, users: &KnownUsers, zone: Zone) -> Self {
        let week = report.by_hour(zone);
        let hours = week.iter().enumerate().flat_map(|(day, hours)| {
            let hours = hours.iter().enumerate().filter(|(_, flow)| flow.all() > 0);
            hours.map(move |(hour, flow)| HourFlowOut { weekday: day + 1, hour, messages: (*flow).into() })
        });
        let managers = report.by_manager(&users.amojo_ids()).into_iter();
        Self {
            days,
            total: report.total().into(),
            by_source: report
                .by_source()
                .into_iter()
                .map(|(source_id, flow)| SourceFlowOut { source_id, messages: flow.into() })
                .collect(),
            by_manager: managers
                .map(|share| ManagerFlowOut {
                    manager: ManagerOut::of(&share.amojo_id, users),
                    to_customers: share.messages,
                })
                .collect(),
            by_hour: hours.collect(),
        }
    }
}

impl AnswersReportOut {
    pub fn of(days: ReportedDays, report: &Report, users: &KnownUsers, unanswered: ReportedChats) -> Self {
        let sources: BTreeSet<Uuid> = report.by_source().into_keys().collect();
        let of_source = |source_id| {
            let first_answers = report.answers_of(source_id)?.into();
            Some(SourceAnswersOut { source_id, first_answers })
        };
        let managers = report.by_manager(&users.amojo_ids()).into_iter();
        let of_manager = |share: domain::delivery::read::report::ManagerShare| {
            let first_answers = share.answers?.into();
            Some(ManagerAnswersOut { manager: ManagerOut::of(&share.amojo_id, users), first_answers })
        };
        Self {
            days,
            first_answers: report.answers().map(AnswerTimesOut::from),
            by_source: sources.into_iter().filter_map(of_source).collect(),
            by_manager: managers.filter_map(of_manager).collect(),
            unanswered,
        }
    }
}

impl ReportedChats {
    pub fn new(count: usize, now: i64) -> Self {
        Self { count, items: Vec::new(), now }
    }

    /// Adds chats with what is stored of their customers.
    pub fn add(&mut self, chats: &[UnansweredChat], rows: &[conversation::Model]) {
        let name = |chat: &UnansweredChat| {
            let row = rows.iter().find(|row| row.id == chat.conversation_id)?;
            serde_json::from_str::<Person>(&row.contact).ok()?.name.filter(|name| !name.is_empty())
        };
        self.items.extend(chats.iter().map(|chat| UnansweredOut {
            conversation_id: chat.conversation_id,
            source_id: chat.source_id,
            name: name(chat),
            since: Moment(chat.since),
            waits_ms: (self.now - chat.since).max(0),
        }));
    }
}
