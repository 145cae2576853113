/* names.c: plausible names in five scripts. Words are paired by chance; nobody is meant. */
#include <stdio.h>
#include <string.h>

#include "tests/world/world.h"

typedef const char *word[SCRIPTS];

const char *const script_langs[SCRIPTS] = {"fa", "ar", "ru", "az", "en"};

static const word givens[] = {
    {"آرش", "آرش", "Араш", "Araş", "Arash"},
    {"بهنام", "بهنام", "Бехнам", "Behnam", "Behnam"},
    {"داود", "داود", "Давуд", "Davud", "Davud"},
    {"المان", "إلمان", "Эльман", "Elman", "Elman"},
    {"فرهاد", "فرهاد", "Фархад", "Fərhad", "Farhad"},
    {"حمید", "حميد", "Хамид", "Həmid", "Hamid"},
    {"اسکندر", "إسكندر", "Искандер", "İskəndər", "Iskandar"},
    {"جمال", "جمال", "Джамал", "Camal", "Jamal"},
    {"کامران", "كامران", "Камран", "Kamran", "Kamran"},
    {"لیلا", "ليلى", "Лейла", "Leyla", "Leyla"},
    {"مریم", "مريم", "Марьям", "Məryəm", "Maryam"},
    {"نادر", "نادر", "Надир", "Nadir", "Nadir"},
    {"اورخان", "أورخان", "Орхан", "Orxan", "Orkhan"},
    {"پرویز", "برويز", "Парвиз", "Pərviz", "Parviz"},
    {"رشید", "رشيد", "Рашид", "Rəşid", "Rashid"},
    {"سمیر", "سمير", "Самир", "Samir", "Samir"},
    {"طاهر", "طاهر", "Тахир", "Tahir", "Tahir"},
    {"وحید", "وحيد", "Вахид", "Vahid", "Vahid"},
    {"یوسف", "يوسف", "Юсиф", "Yusif", "Yusif"},
    {"زهرا", "زهراء", "Захра", "Zəhra", "Zahra"},
    {"آیسل", "أيسل", "Айсель", "Aysel", "Aysel"},
    {"نرگس", "نرجس", "Наргиз", "Nərgiz", "Nargiz"},
    {"رئوف", "رؤوف", "Рауф", "Rauf", "Rauf"},
    {"تیمور", "تيمور", "Тимур", "Teymur", "Teymur"},
};

static const word families[] = {
    {"کریمی", "كريمي", "Карими", "Kərimi", "Karimi"},
    {"رستمی", "رستمي", "Ростами", "Rüstəmi", "Rostami"},
    {"صدری", "صدري", "Садри", "Sədri", "Sadri"},
    {"نادری", "نادري", "Надири", "Nadiri", "Naderi"},
    {"منصوری", "منصوري", "Мансури", "Mənsuri", "Mansuri"},
    {"امینی", "أميني", "Амини", "Əmini", "Amini"},
    {"باقری", "باقري", "Багери", "Bağıri", "Bagheri"},
    {"دانشی", "دانشي", "Данеши", "Danişi", "Daneshi"},
    {"عبادی", "عبادي", "Эбади", "İbadi", "Ebadi"},
    {"فرزانی", "فرزاني", "Фарзани", "Fərzani", "Farzani"},
    {"گلزاری", "گلزاري", "Гульзари", "Gülzari", "Golzari"},
    {"حاتمی", "حاتمي", "Хатами", "Hatəmi", "Hatami"},
    {"جعفری", "جعفري", "Джафари", "Cəfəri", "Jafari"},
    {"کاشانی", "كاشاني", "Кашани", "Kaşani", "Kashani"},
    {"لطیفی", "لطيفي", "Латифи", "Lətifi", "Latifi"},
    {"مرادی", "مرادي", "Муради", "Muradi", "Moradi"},
    {"نوروزی", "نوروزي", "Новрузи", "Novruzi", "Noruzi"},
    {"امیدی", "أميدي", "Омиди", "Ümidi", "Omidi"},
    {"قاسمی", "قاسمي", "Касими", "Qasımi", "Ghasemi"},
    {"رحیمی", "رحيمي", "Рахими", "Rəhimi", "Rahimi"},
    {"سلیمی", "سليمي", "Салими", "Səlimi", "Salimi"},
    {"طاهری", "طاهري", "Тахери", "Tahiri", "Taheri"},
    {"وزیری", "وزيري", "Везири", "Vəziri", "Vaziri"},
    {"یعقوبی", "يعقوبي", "Ягуби", "Yaqubi", "Yaghubi"},
    {"زمانی", "زماني", "Замани", "Zamani", "Zamani"},
    {"شیروانی", "شيرواني", "Ширвани", "Şirvani", "Shirvani"},
    {"دربندی", "دربندي", "Дербенди", "Dərbəndi", "Darbandi"},
    {"تالشی", "تالشي", "Талыши", "Talışi", "Talyshi"},
};

static const word companies[] = {
    {"مهتاب", "مهتاب", "Махтаб", "Mahtab", "Mahtab"},
    {"سپیدرود", "سبيدرود", "Сефидруд", "Səfidrud", "Sefidrud"},
    {"نیلوفر", "نيلوفر", "Нилуфар", "Nilufər", "Nilufar"},
    {"آبشار", "شلال", "Абшар", "Abşar", "Abshar"},
    {"صدف", "صدف", "Садаф", "Sədəf", "Sadaf"},
    {"فانوس", "فانوس", "Фанус", "Fanus", "Fanus"},
    {"شمال", "شمال", "Шимал", "Şimal", "Shimal"},
    {"ستاره", "نجمة", "Ситара", "Sitarə", "Sitara"},
    {"بادبان", "شراع", "Бадбан", "Badban", "Badban"},
    {"مرجان", "مرجان", "Мерджан", "Mərcan", "Marjan"},
    {"لنگر", "مرساة", "Лангар", "Ləngər", "Langar"},
    {"کوهسار", "كوهسار", "Кухсар", "Kuhsar", "Kuhsar"},
    {"باران", "مطر", "Баран", "Baran", "Baran"},
    {"سیمرغ", "سيمرغ", "Симург", "Simurq", "Simurgh"},
    {"ساحل", "ساحل", "Сахил", "Sahil", "Sahil"},
    {"گندم", "قمح", "Гандом", "Gəndum", "Gandom"},
};

static const word branches[] = {
    {"بازرگانی", "للتجارة", "Торговля", "Ticarət", "Trading"},
    {"کشتیرانی", "للملاحة", "Судоходство", "Gəmiçilik", "Shipping"},
    {"شیلات", "للأسماك", "Рыбопродукт", "Balıqçılıq", "Fisheries"},
    {"ترابری", "للنقل", "Транспорт", "Nəqliyyat", "Transport"},
    {"پنبه", "للقطن", "Хлопок", "Pambıq", "Cotton"},
    {"چوب", "للأخشاب", "Лес", "Meşə", "Timber"},
    {"خرما", "للتمور", "Финики", "Xurma", "Dates"},
    {"سنگ", "للحجر", "Камень", "Daş", "Stone"},
    {"شیشه", "للزجاج", "Стекло", "Şüşə", "Glass"},
    {"فرش", "للسجاد", "Ковёр", "Xalça", "Carpets"},
    {"چای", "للشاي", "Чай", "Çay", "Tea"},
    {"سرمایه", "للاستثمار", "Капитал", "Kapital", "Holding"},
    {"برق", "للكهرباء", "Энергия", "Enerji", "Power"}, /* the utilities alone */
};

int given_names(void) {
    return (int)(sizeof givens / sizeof givens[0]);
}

int family_names(void) {
    return (int)(sizeof families / sizeof families[0]);
}

int company_names(void) {
    return (int)(sizeof companies / sizeof companies[0]);
}

int trades(void) {
    return (int)(sizeof branches / sizeof branches[0]) - 1;
}

static const char *const company_forms[SCRIPTS] = {
    "شرکت %2$s %1$s", "شركة %1$s %2$s", "ООО «%1$s %2$s»", "%1$s %2$s MMC", "%1$s %2$s LLC",
};

const char *party_name(const wm_world *w, const wm_party *of, int script, char out[NAME_BYTES]) {
    int turned = (script + w->turn) % SCRIPTS;
    if (!of->company)
        snprintf(out, NAME_BYTES, "%s %s", givens[of->first][turned], families[of->last][turned]);
    else
        snprintf(out, NAME_BYTES, company_forms[turned], companies[of->first][turned],
                 branches[of->last][turned]);
    return out;
}

const char *script_lang(const wm_world *w, int script) {
    return script_langs[(script + w->turn) % SCRIPTS];
}
