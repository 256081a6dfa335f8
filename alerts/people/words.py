"""Every word of the sign-in pages, Chinese and English."""

_TABLE: dict[str, tuple[str, str]] = {
    "product": ("无感", "Wugan"),
    "sign_in": ("登录", "Sign in"),
    "name": ("用户名", "Name"),
    "password": ("密码", "Password"),
    "provider": ("统一身份认证登录", "Sign in with your organisation"),
    "other_language": ("English", "中文"),
    "change_password": ("修改密码", "Change password"),
    "must_change": ("首次登录须设置自己的密码", "This password holds once: choose your own"),
    "old_password": ("现用密码", "Present password"),
    "new_password": ("新密码（10 个字符以上）", "New password (10 characters or more)"),
    "new_again": ("再输一次新密码", "New password again"),
    "save": ("保存", "Save"),
    "back": ("返回", "Back"),
    "continue": ("继续", "Continue"),
    "needs_tls": (
        "此地址未加密，不能登录；请用 https:// 打开，或在本机以 http://127.0.0.1 打开",
        "This address is not encrypted, so nobody can sign in; open it as https://, or on this machine as http://127.0.0.1",
    ),
    "wrong_credentials": ("用户名或密码不对", "The name or the password is wrong"),
    "too_many_attempts": ("尝试次数过多，请 {wait} 分钟后再试", "Too many attempts; try again in {wait} min"),
    "busy": ("系统忙，请稍后再试", "Busy; try again in a moment"),
    "stale_form": ("页面已过期，请再试一次", "The page was too old; try again"),
    "foreign_origin": ("请求来自其他网站，已拒绝", "Another site's page asked for this; refused"),
    "not_equal": ("两次输入的新密码不一致", "The two new passwords differ"),
    "weak_password": (
        "新密码太弱或与旧密码相同：10 至 200 个字符，不含用户名",
        "Too weak, or the same as before: 10 to 200 characters, without your name",
    ),
    "provider_refused": (
        "身份认证未通过，或您的账号没有本系统的角色",
        "Your organisation did not let you in, or gave you no role here",
    ),
}


def words(language: str) -> dict[str, str]:
    """Return all words in a language, `zh` or `en`."""
    place = 1 if language == "en" else 0
    return {key: both[place] for key, both in _TABLE.items()}
