#include "engine/evidence/seal.h"

const char *const at_seal_keys[] = {"case",    "sequence", "bundle",     "revision", "custody-head",
                                    "builder", "signer",   "signer-key", "marking",  NULL};

/* Nothing below is evidence: the words may improve from release to release. */
static const char how_head[] =
    "HOW TO CHECK THIS DOSSIER WITH PUBLIC TOOLS\n"
    "\n"
    "English: Obtain the signer's key from the agency itself (paper, gazette, ceremony), never\n"
    "  from this folder. Open a terminal in this folder and run the commands below.\n"
    "  Each must succeed; the last two must print nothing.\n"
    "فارسی: کلید امضاکننده را از خود مرجع بگیرید (کاغذ، روزنامه رسمی، تشریفات)، نه از این پوشه.\n"
    "  در همین پوشه پایانه را باز کنید و دستورهای زیر را اجرا کنید. همه باید موفق باشند و دو\n"
    "  دستور آخر نباید چیزی چاپ کنند.\n"
    "العربية: خذ مفتاح الموقِّع من الجهة نفسها (ورقة، جريدة رسمية، مراسم)، لا من هذا المجلد.\n"
    "  افتح الطرفية في هذا المجلد ونفذ الأوامر التالية. يجب أن تنجح كلها، وألا يطبع الأخيران\n"
    "  شيئا.\n"
    "Русский: Возьмите ключ подписавшего у самого органа (бумага, официальный вестник,\n"
    "  церемония), но не из этой папки. Откройте терминал в этой папке и выполните команды\n"
    "  ниже. Каждая должна завершиться успешно; две последние не должны ничего напечатать.\n"
    "Azərbaycanca: İmzalayanın açarını orqanın özündən alın (kağız, rəsmi qəzet, mərasim), bu\n"
    "  qovluqdan yox. Terminalı bu qovluqda açın və aşağıdakı əmrləri icra edin. Hamısı uğurla\n"
    "  bitməlidir; son ikisi heç nə çap etməməlidir.\n"
    "\n";

static const char how_commands[] =
    "  sha256sum -c review/0001-seal.txt\n"
    "  cd bundle\n"
    "  sha256sum -c --strict tagmanifest-sha256.txt\n"
    "  sha256sum -c --strict --quiet manifest-sha256.txt\n"
    "  sha512sum -c --strict --quiet manifest-sha512.txt\n"
    "  find . ! -type f ! -type d\n"
    "  find data -type f | LC_ALL=C sort | diff - <(cut -c67- manifest-sha256.txt)\n"
    "\n"
    "Or, with assettrace, which checks more:\n"
    "\n"
    "  assettrace verify . --root SIGNER.pub\n";

at_status at_how_to_verify(at_text *out, const char *public_key, bool test, at_error *err) {
    AT_TRY(at_text_add(out, how_head, err));
    AT_TRY(at_text_print(out, err, "  minisign -VHm review/0001-seal.txt -p SIGNER.pub\n"));
    AT_TRY(at_text_add(out, how_commands, err));
    AT_TRY(at_text_print(
        out, err, "\nThe seal names this key, which proves nothing by itself: %s\n", public_key));
    if (test)
        AT_TRY(at_text_add(out,
                           "\nThis seal was made with a TEST key. It is no evidence, whatever "
                           "the commands say.\n",
                           err));
    return AT_OK;
}
