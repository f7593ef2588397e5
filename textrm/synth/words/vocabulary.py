"""Words and characters of each script, written for this project: the raw material of ``text``.

Sentences are drawn from these lists at random. They only have to look right: what matters is that every common glyph
shape, word length and punctuation habit of comics turns up.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LATIN_WORDS = {
    "english": (
        "the a and to of I you it in is that was he she we they my your this what not for on with have be do but so"
        " all at me no yes can just like out know get up about one if there how who when where why would could"
        " should will never always again now then here come go went look see saw think thought want need tell said"
        " say find found give take took make made keep let wait stop help run save kill fight love hate hope dream"
        " night day time year life world people man woman child friend enemy king queen princess wizard witch dragon"
        " sword magic potion castle forest mountain river city street house door window room school work money"
        " coffee dinner cat dog bird fish monster robot ghost doctor captain detective commander spaceship planet"
        " galaxy laser pirate password computer email code bug science experiment equation regular expressions"
        " vacation killer idea something nothing everything everyone nobody somebody because before after without"
        " through against between maybe really very quite almost don't can't won't isn't I'm you're it's that's"
        " we'll they've couldn't wouldn't let's what's he'd ain't gonna wanna perfect terrible wonderful strange"
        " beautiful dangerous impossible ridiculous absolutely tonight tomorrow yesterday quick jump"
    ),
    "french": (
        "le la les un une des et je tu il elle nous vous ils est sont était être avoir c'est qu'est-ce que qui quoi"
        " où pourquoi comment très bien déjà jamais toujours peut-être aujourd'hui demain hier forêt château"
        " sorcière magie potion épée garçon fille père mère frère sœur cœur tête fenêtre lumière mystère problème"
        " idée rêve nuit soirée français ça là voilà à côté après grâce à s'il vous plaît merci beaucoup attention"
        " arrête dépêche-toi n'importe quel œuf bœuf maïs noël Ève Île"
    ),
    "german": (
        "der die das ein eine und ich du er sie wir ihr ist sind war nicht nein ja aber oder wenn dann warum wie wer"
        " was wo hier dort schön größer müssen können würde hätte für über Straße Schloß Mädchen König Königin Hexe"
        " Zaubertrank Wald Drache Schwert natürlich unmöglich gefährlich Überraschung Geschwindigkeit Freundschaft"
        " heute morgen gestern bitte danke schnell Hilfe Äpfel Öfen Übung Spaß Straßenbahn Quatsch Entschuldigung"
        " vielleicht wirklich zurück früher fürchterlich"
    ),
    "spanish": (
        "el la los las un una y yo tú él ella nosotros es son está están era qué quién cómo dónde cuándo por porque"
        " sí no pero más muy también mañana ayer hoy noche día niño niña señor señora corazón dragón bruja magia"
        " poción bosque castillo espada rápido ¡cuidado! ¡ayuda! ¿qué? ¿por qué? ¡espera! gracias adiós ojalá jamás"
        " imposible increíble pingüino año español"
    ),
    "portuguese": (
        "o a os as um uma e eu você ele ela nós é são não sim mas muito também amanhã ontem hoje coração dragão"
        " irmão mãe pai avó ação razão lá então poção às vezes água música difícil impossível cuidado socorro"
        " obrigado força cabeça três português"
    ),
    "italian": (
        "il la i gli le un una e io tu lui lei noi è sono era perché come dove quando chi cosa non sì ma più molto"
        " già così città verità libertà papà drago strega magia pozione bosco castello spada aiuto attenzione grazie"
        " prego domani ieri oggi bellissimo"
    ),
    "polish": (
        "i w na z się nie to jest są był dlaczego jak gdzie kiedy kto co ale bardzo już zawsze nigdy jutro wczoraj"
        " dziś źródło łódź książę księżniczka czarownica żółty ćma świat miłość przyjaciel dziękuję proszę ręka"
        " dźwięk ząb żaba mąż"
    ),
    "czech": (
        "a v na s se ne to je jsou byl proč jak kde kdy kdo co ale velmi už vždy nikdy zítra včera dnes příšera"
        " čarodějnice žluťoučký kůň přítel děkuji prosím ruka zámek les lektvar kouzlo řeka štěstí úžasné ďábel ťuk"
        " ňadra"
    ),
    "turkish": (
        "bir ve bu ne kim nasıl nerede neden çok güzel değil evet hayır ama şimdi yarın dün bugün büyü cadı iksir"
        " orman şato kılıç arkadaş teşekkürler lütfen dikkat yardım İstanbul ışık gün gece çocuk öğretmen"
    ),
    "nordic": (
        "og i på en et jeg du han hun vi er ikke men også hvor hvorfor når hvem måske aldrig altid i morgen"
        " trollkvinne skog slott sværd hjelp takk unnskyld ål ørn ænder år dröm kärlek häxa älskar förlåt sjö mörker"
    ),
    "vietnamese": (
        "tôi bạn anh em chúng ta là không có được của một những này đó gì ai ở đâu khi nào tại sao rất nhiều đẹp phù"
        " thủy rừng lâu đài thuốc phép rồng kiếm cảm ơn xin lỗi cứu tôi với nhanh lên ngày mai hôm qua"
    ),
    "latin": (
        "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore"
        " magna aliqua"
    ),
}
LATIN_SHORT = (
    "What?! No! Yes! Huh? Hey! Wait... Ugh. Oh. Hmm... Wow! Stop! Run! Help! Look out! Never! Why? Who's there? I"
    " see. Okay... Fine! Sigh. Gasp! Gulp. Ahem. Psst! Hello? Right. Exactly! Of course. Eek! Ow! Grr... Ha ha ha!"
    " Ha! Heh. Tee hee. Aaah! Nooo! Zzz..."
)
LATIN_EFFECTS = _words(
    "BOOM CRACK WHAM POW BAM BANG CRASH THUD THUMP SLAM SMACK WHACK KABOOM KRAKOOM BLAM RATATAT ZAP ZZZT FWOOSH"
    " WHOOSH SWISH SWOOSH SPLASH SPLAT DRIP PLOP CLICK CLACK CLANG DING RING BUZZ HISS SIZZLE CREAK SNAP POP RIP TAP"
    " TAP KNOCK GULP GASP SIGH SOB SNIFF HAHAHA AAAARGH EEEK YIKES WOW ROAR GRRR MEOW WOOF RIBBIT VROOM SCREECH HONK"
    " RUMBLE BOING FLASH SPARKLE STARE GLARE TWITCH SHUDDER BROUM PAF VLAN CLAC PLOUF TOC TCHAC KNALL RUMMS ZACK"
    " PUFF ¡PUM! ¡ZAS! Klick shhh whisper crunch thwip snikt PERL!"
)
MEME_TOP = (
    "when you", "me when i", "nobody:", "one does not simply", "that moment when", "not sure if",
    "what if i told you", "i don't always", "brace yourselves", "my face when", "mom:", "my boss:", "teacher:",
    "how i feel when", "expectation", "reality", "yesterday", "friday", "monday morning", "why not both",
    "such wow", "y u no", "too damn high", "so you're telling me", "if you could just", "yo dawg", "i should",
    "ain't nobody got time", "change my mind", "is this a",
)  # fmt: skip

CYRILLIC_WORDS = _words(
    "я ты он она мы вы они это что кто где когда почему как не да нет но и или если потом сейчас здесь там уже ещё"
    " всегда никогда завтра вчера сегодня ночь день время жизнь мир человек друг враг король ведьма зелье магия"
    " дракон меч замок лес гора река город улица дом дверь окно школа работа деньги кошка собака птица рыба чудовище"
    " призрак доктор капитан идея ничего всё потому очень правда может быть спасибо пожалуйста помогите стой беги"
    " осторожно подожди нельзя люблю ненавижу хочу знаю думаю вижу объявление съел щенок фея эхо юг ящик цирк їжак"
    " ґанок єдність привіт дякую чарівниця ўсе джерело љубав њега ћуприја ђак"
)
CYRILLIC_EFFECTS = _words(
    "БАХ БУМ ТРАХ БАБАХ ХЛОП ШЛЁП БАЦ ТРЕСЬ ВЖУХ ДЗЫНЬ ТУК-ТУК СКРИП ПЛЮХ АААА УХ ОГО ХА-ХА ХРУСТЬ ЩЁЛК ГРОХОТ"
    " ЗАМРИ! МЯУ ГАВ"
)
GREEK_WORDS = _words(
    "εγώ εσύ αυτός αυτή εμείς είναι ήταν δεν ναι όχι αλλά και ή αν τότε τώρα εδώ εκεί πάντα ποτέ αύριο χθες σήμερα"
    " νύχτα ημέρα χρόνος ζωή κόσμος άνθρωπος φίλος εχθρός βασιλιάς μάγισσα φίλτρο μαγεία δράκος σπαθί κάστρο δάσος"
    " βουνό ποτάμι πόλη σπίτι πόρτα παράθυρο γιατί πώς πού ποιος ευχαριστώ παρακαλώ βοήθεια πρόσεχε περίμενε ψάρι"
    " ξέρω θέλω ύπνος ώρα"
)
GREEK_EFFECTS = _words("ΜΠΑΜ ΜΠΟΥΜ ΚΡΑΚ ΓΚΑΠ ΦΣΣΣ ΑΑΑΑ ΠΑΦ ΝΤΙΝ ΧΑΧΑΧΑ ΤΣΑΦ ΖΖΖ ΩΩΩ")
HEBREW_WORDS = _words(
    "אני אתה הוא היא אנחנו זה מה מי איפה מתי למה איך לא כן אבל אם עכשיו כאן שם תמיד אף פעם מחר אתמול היום לילה יום"
    " זמן חיים עולם חבר אויב מלך מכשפה קסם דרקון חרב טירה יער תודה בבקשה הצילו זהירות רגע צפרדע סוף ץ ך ף ן ם"
)
ARABIC_WORDS = _words(
    "أنا أنت هو هي نحن هذا ما من أين متى لماذا كيف لا نعم لكن إذا الآن هنا هناك دائما أبدا غدا أمس اليوم ليل يوم وقت"
    " حياة عالم صديق عدو ملك ساحرة سحر تنين سيف قلعة غابة شكرا النجدة انتظر خطر قط كلب بيت باب ضوء ظلام شخص"
)
THAI_WORDS = _words(
    "ฉัน เธอ เขา เรา นี่ นั่น อะไร ใคร ที่ไหน เมื่อไหร่ ทำไม อย่างไร ไม่ ใช่ แต่ ถ้า ตอนนี้ ที่นี่ เสมอ พรุ่งนี้"
    " เมื่อวาน วันนี้ กลางคืน เวลา ชีวิต โลก เพื่อน ศัตรู ราชา แม่มด เวทมนตร์ มังกร ดาบ ปราสาท ป่า ขอบคุณ ช่วยด้วย"
    " ระวัง รอเดี๋ยว ผู้ใหญ่ บ้าน"
)
DEVANAGARI_WORDS = _words(
    "मैं तुम वह हम यह क्या कौन कहाँ कब क्यों कैसे नहीं हाँ लेकिन अगर अब यहाँ वहाँ हमेशा कभी कल आज रात दिन समय जीवन"
    " दुनिया दोस्त दुश्मन राजा चुड़ैल जादू अजगर तलवार किला जंगल धन्यवाद कृपया बचाओ रुको खतरा प्यार घर दरवाज़ा रोशनी"
    " शक्ति"
)

SIGNS = _words(
    "EXIT OPEN CLOSED SALE STOP CAFE HOTEL BAR TAXI POLICE DANGER NO SMOKING BANK PIZZA SHOP 24H WC P BUS FREE NEW!"
    " WANTED KEEP OUT"
)
